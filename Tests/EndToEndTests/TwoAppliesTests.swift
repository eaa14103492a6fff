import Foundation
import Glibc
import Testing

extension EndToEndTests {
  /// Begins an apply and stops it where it is at a moment at which it holds the lock.
  private func pausedHolder(_ place: Workplace) throws -> RunningProgram {
    let lock = "\(place.root)/state/state.lock"
    let program = try place.start(["apply", place.manifests, "--yes", "--wait"])
    while true {
      try place.wait(until: "apply holds the lock, or has ended") { Workplace.isLocked(lock) || !program.isAlive }
      try #require(program.isAlive, "it ended before it could be stopped")
      try #require(try program.pause())
      // It may have given the lock up in between, because it had only to wait; or has it, and has not said so yet.
      if Workplace.isLocked(lock), try place.store().lastLockHolder()?.pid == program.pid { return program }
      program.signal(SIGCONT)
    }
  }

  @Test func `a second apply is refused and names the holder of the lock`() throws {
    let place = try Workplace()
    var numbers = SeededNumbers(state: 1)
    try place.write(Fleet.layers(3, of: 6, out: place.out, using: &numbers))
    let first = try pausedHolder(place)
    let second = try place.apply("--lock-timeout", "0s")
    #expect(second.status == 4, "\(second.output)\(second.error)")
    #expect(second.error.contains("\(first.pid)"), "\(second.error)")
    first.signal(SIGCONT)
    let result = try first.wait()
    #expect(result.status == 0, "\(result.output)\(result.error)")
    for layer in 0..<3 {
      for index in 0..<6 { #expect(place.lines(of: Fleet.name(layer, index)).count == 1) }
    }
  }

  @Test func `a second apply may wait for the first`() throws {
    let place = try Workplace()
    var numbers = SeededNumbers(state: 2)
    try place.write(Fleet.layers(3, of: 6, out: place.out, using: &numbers))
    let first = try pausedHolder(place)
    let second = try place.start(["apply", place.manifests, "--yes", "--wait", "--lock-timeout", "30s"])
    // It waits for nothing but the lock: it has the state open, and still runs.
    try place.wait(until: "the second apply has opened the state") {
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
      for index in 0..<6 { #expect(place.lines(of: Fleet.name(layer, index)).count == 1) }
    }
  }
}
