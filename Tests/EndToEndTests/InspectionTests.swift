import Foundation
import Testing

/// Commands that show what was applied.
extension EndToEndTests {
  @Test func `get, describe, logs and events show what was applied`() throws {
    let home = try BerthHome()
    try home.write(
      LabManifests.base() + LabManifests.deployment("talk", "echo one; echo two; printf '\\033[2Jthree\\n'")
        + LabManifests.deployment("fail", "exit 3", dependsOn: ["talk"]))
    #expect(try home.apply("--wait").status == 3)
    let table = try home.berth("get")
    #expect(table.status == 0 && table.output.contains("lab/machine/fail  FAILED"), "\(table.output)")
    let names = try home.berth("get", "all", "-o", "name").output
    #expect(
      names == """
        organization/lab
        user/ada
        cluster/lab/machine
        deployment/lab/machine/fail
        deployment/lab/machine/talk

        """)
    // The same declarations in another file are no change.
    try home.write(try home.berth("get", "all", "-o", "yaml").output)
    let again = try home.berth("diff", home.manifests, "--exit-code")
    #expect(again.status == 0, "\(again.output)\(again.error)")
    #expect(try home.berth("logs", "talk").output == "one\ntwo\n\u{1b}[2Jthree\n")
    #expect(try home.berth("logs", "talk", "--tail", "1", "-f").output == "\u{1b}[2Jthree\n")
    let described = try home.berth("describe", "fail")
    #expect(
      described.output.contains("exited with status 3")
        && described.output.contains("fail failed: exited with status 3, after 1 run"))
    #expect(try home.berth("get", "-o", "wide").output.contains("  failed: exited with status 3, after 1 run"))
    let silent = try home.berth("logs", "fail")
    #expect(
      silent.status == 0 && silent.output.isEmpty
        && silent.error.contains("has no output (exited with status 3)"),
      "\(silent.error)")
    #expect(try home.berth("events", "fail").output.contains("exited with status 3"))
    let doctor = try home.berth("doctor")
    #expect(doctor.status == 0 && doctor.output.hasSuffix("No problems found.\n"), "\(doctor.output)")
  }

  @Test func `an unknown object is an error, and an empty result is not`() throws {
    let home = try BerthHome()
    #expect(try home.berth("get").status == 1)
    try home.write(LabManifests.base() + LabManifests.deployment("wait", "true", more: ["suspend: true"]))
    #expect(try home.apply().status == 0)
    let wrong = try home.berth("describe", "wiat")
    #expect(
      wrong.status == 1 && wrong.error.contains("did you mean \"wait\"?") && wrong.output.isEmpty, "\(wrong.error)")
    let none = try home.berth("get", "--status", "failed")
    #expect(none.status == 0 && none.output.isEmpty && none.error.contains("no deployments match"))
    let log = try home.berth("logs", "wait")
    #expect(log.status == 1 && log.error.contains("has no run yet") && log.error.contains("suspended"), "\(log.error)")
  }

  @Test func `output that can not be written is an error`() throws {
    let home = try BerthHome()
    let full = try home.shell("exec \"$0\" schema > /dev/full")
    #expect(full.status == 1 && full.error.contains("can't write standard output"), "\(full.error)")
    let closed = try home.shell("exec \"$0\" schema >&-")
    #expect(closed.status == 1 && closed.error.contains("can't write standard output"), "\(closed.error)")
    let gone = try home.shell("\"$0\" schema | true; exit ${PIPESTATUS[0]}")
    #expect(gone.status == 0 && gone.error.isEmpty, "\(gone.error)")
  }

  @Test func `a state is made in a new directory that only its owner may enter`() throws {
    let home = try BerthHome()
    try home.write(LabManifests.base())
    let deep = "\(home.root)/new/deep/s.db"
    let made = try home.bare("apply", home.manifests, "--yes", "--state", deep)
    #expect(made.status == 0, "\(made.error)")
    #expect(try FileManager.default.attributesOfItem(atPath: "\(home.root)/new")[.posixPermissions] as? Int == 0o700)
    let empty = "\(home.root)/empty.db"
    #expect(FileManager.default.createFile(atPath: empty, contents: nil, attributes: [.posixPermissions: 0o644]))
    #expect(try home.bare("apply", home.manifests, "--yes", "--state", empty).status == 0)
    #expect(try FileManager.default.attributesOfItem(atPath: empty)[.posixPermissions] as? Int == 0o600)
    #expect(try home.bare("get", "--state", "").status == 64)
  }

  @Test func `doctor removes runs that the journal does not know`() throws {
    let home = try BerthHome()
    try home.write(LabManifests.base() + LabManifests.deployment("one", "true"))
    #expect(try home.apply("--wait").status == 0)
    let runs = URL(filePath: home.state).deletingLastPathComponent().appending(path: "runs")
    let known = try FileManager.default.contentsOfDirectory(atPath: runs.path).filter { $0.hasPrefix("berth-") }
    let run = try #require(known.first)
    // As after a restored state, the engine has a run more than the journal.
    let unknown = runs.appending(path: "berth-unknown")
    try FileManager.default.createDirectory(at: unknown, withIntermediateDirectories: false)
    for file in ["spec", "lock", "started", "exit", "log"] {
      let original = runs.appending(path: run).appending(path: file)
      if FileManager.default.fileExists(atPath: original.path) {
        try FileManager.default.copyItem(at: original, to: unknown.appending(path: file))
      }
    }
    let found = try home.berth("doctor")
    #expect(found.status == 1 && found.output.contains("has files of run berth-unknown"), "\(found.output)")
    let fixed = try home.berth("doctor", "--fix")
    #expect(fixed.status == 0 && fixed.output.contains("removed the files of run berth-unknown"), "\(fixed.output)")
    #expect(try home.berth("doctor").status == 0)
    #expect(FileManager.default.fileExists(atPath: runs.appending(path: run).path))
  }
}
