import Foundation
import Glibc
import TestKit
import Testing

/// Commands that only read, on the state of live runs and on a copy of it.
extension EndToEndTests {
  private static func lookingCommands(_ home: BerthHome, state: String) -> [[String]] {
    [
      ["diff", home.manifests], ["why", "one"], ["forecast"], ["doctor"], ["get"], ["describe", "one"], ["graph"],
      ["logs", "one"], ["events"], ["status"], ["backup", "\(home.root)/backup-\(UUID().uuidString)"],
    ].map { $0 + ["--state", state] }
  }

  /// Runs a command of berth that only reads. It succeeds, except that `doctor` has found something.
  private func look(_ home: BerthHome, _ command: [String]) throws {
    let result = try home.shell("\"$0\" \(command.map { "'\($0)'" }.joined(separator: " "))")
    #expect(result.status == (command[0] == "doctor" ? 1 : 0), "\(command): \(result.output)\(result.error)")
  }

  /// Starts two deployments that run until they are told to end, and returns their pids.
  private func twoRuns(_ home: BerthHome) throws -> [pid_t] {
    let script = "echo $$ >> '\(home.out)/pids'; exec sleep 600"
    try home.write(
      LabManifests.base() + LabManifests.deployment("one", script) + LabManifests.deployment("two", script))
    let applied = try home.apply()
    #expect(applied.status == 0, "\(applied.error)")
    try home.wait(until: "both run") { home.lines(of: "pids").count == 2 }
    return home.lines(of: "pids").compactMap { pid_t($0) }
  }

  /// Device, inode, mode, size, and times of contents and of change of everything below a directory.
  private func fingerprint(_ directory: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: directory).sorted().map { name in
      var status = stat()
      guard lstat("\(directory)/\(name)", &status) == 0 else { throw FailedCall("lstat \(name)") }
      return
        "\(name) \(status.st_ino) \(status.st_mode) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec) "
        + "\(status.st_ctim.tv_sec).\(status.st_ctim.tv_nsec)"
    }
  }

  @Test func `a look at a copy of the state, or an apply of it, kills no run of the original`() throws {
    let home = try BerthHome()
    let pids = try twoRuns(home)
    #expect(try home.shell("cp -a '\(home.root)/state' '\(home.root)/copy'").status == 0)
    for command in Self.lookingCommands(home, state: "\(home.root)/copy/state.db") {
      try look(home, command)
      #expect(pids.allSatisfy { kill($0, 0) == 0 }, "\(command)")
    }
    let copy = "--state '\(home.root)/copy/state.db'"
    _ = try home.shell("\"$0\" apply '\(home.manifests)' --yes \(copy)")
    _ = try home.shell("\"$0\" doctor --fix \(copy)")
    #expect(pids.allSatisfy { kill($0, 0) == 0 })
    #expect(try home.runs(of: "one").map(\.state) == [.running])
    #expect(try home.berth("doctor").status == 0)
  }

  @Test func `commands that only read change nothing among the runs, whatever they find`() throws {
    let home = try BerthHome()
    let pids = try twoRuns(home)
    // One run has lost its shim and another directory is left of a removal.
    let shims = home.runDirectories.compactMap { BerthHome.started($0)?["shim"].flatMap { pid_t($0) } }
    kill(try #require(shims.first), SIGKILL)
    try home.wait(until: "the run without a shim has ended") { pids.contains { kill($0, 0) != 0 } }
    try FileManager.default.createDirectory(
      atPath: "\(home.root)/state/runs/.removed-x", withIntermediateDirectories: false)
    let before = try fingerprint("\(home.root)/state/runs")
    for command in Self.lookingCommands(home, state: home.state) {
      try look(home, command)
      #expect(try fingerprint("\(home.root)/state/runs") == before, "\(command)")
    }
    // What a plan assumes of the lost run is what the next apply does.
    let diff = try home.berth("diff", home.manifests)
    #expect(diff.output.contains("1 starting"), "\(diff.output)\(diff.error)")
    let applied = try home.apply()
    #expect(applied.status == 0, "\(applied.error)")
    #expect(home.runDirectories.count == 3)
    #expect(!FileManager.default.fileExists(atPath: "\(home.root)/state/runs/.removed-x"))
  }

  @Test func `commands that only read make no directory of runs`() throws {
    let home = try BerthHome()
    try home.write(LabManifests.base())
    #expect(try home.apply().status == 0)
    try? FileManager.default.removeItem(atPath: "\(home.root)/state/runs")
    for command in [["diff", home.manifests], ["forecast"], ["doctor"], ["get"]] {
      #expect(try home.start(command).wait().status == 0)
      #expect(!FileManager.default.fileExists(atPath: "\(home.root)/state/runs"), "\(command)")
    }
  }
}
