import Foundation
import Glibc
import TestKit
import Testing

extension EndToEndTests {
  /// Starts an apply and pauses it while it holds the lock.
  private func pausedHolder(_ home: BerthHome) throws -> RunningProgram {
    let lock = "\(home.root)/state/state.lock"
    let program = try home.start(["apply", home.manifests, "--yes", "--wait"])
    while true {
      try home.wait(until: "apply holds the lock, or has ended") { BerthHome.isLocked(lock) || !program.isAlive }
      try #require(program.isAlive, "it ended before it could be stopped")
      try #require(try program.pause())
      // It may have released the lock in between, because it only waits, or may hold it without having recorded that
      // yet.
      if BerthHome.isLocked(lock), try home.store().lastLockHolder()?.pid == program.pid { return program }
      program.signal(SIGCONT)
    }
  }

  @Test func `a second apply is refused and names the holder of the lock`() throws {
    let home = try BerthHome()
    var numbers = SeededGenerator(seed: 1)
    try home.write(LabManifests.layers(3, of: 6, out: home.out, using: &numbers))
    let first = try pausedHolder(home)
    let second = try home.apply("--lock-timeout", "0s")
    #expect(second.status == 4, "\(second.output)\(second.error)")
    #expect(second.error.contains("\(first.pid)"), "\(second.error)")
    first.signal(SIGCONT)
    let result = try first.wait()
    #expect(result.status == 0, "\(result.output)\(result.error)")
    for layer in 0..<3 {
      for index in 0..<6 { #expect(home.lines(of: LabManifests.name(layer, index)).count == 1) }
    }
  }

  @Test func `a second apply may wait for the first`() throws {
    let home = try BerthHome()
    var numbers = SeededGenerator(seed: 2)
    try home.write(LabManifests.layers(3, of: 6, out: home.out, using: &numbers))
    let first = try pausedHolder(home)
    let second = try home.start(["apply", home.manifests, "--yes", "--wait", "--lock-timeout", "30s"])
    // It waits only for the lock: it has opened the state and is still alive.
    try home.wait(until: "the second apply has opened the state") {
      let files = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(second.pid)/fd")) ?? []
      let targets = files.compactMap {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(second.pid)/fd/\($0)")
      }
      return targets.contains { $0.hasSuffix("/state.db") } || !second.isAlive
    }
    #expect(second.isAlive)
    first.signal(SIGCONT)
    for (name, program) in [("the first", first), ("the second", second)] {
      let result = try program.wait()
      #expect(result.status == 0, "\(name): \(result.output)\(result.error)")
    }
    for layer in 0..<3 {
      for index in 0..<6 { #expect(home.lines(of: LabManifests.name(layer, index)).count == 1) }
    }
  }
}
