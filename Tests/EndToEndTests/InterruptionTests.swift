import Foundation
import Glibc
import StateStore
import TestKit
import Testing

/// Programs that are interrupted.
extension EndToEndTests {
  /// Ctrl-C while `apply` asks for confirmation.
  @Test func `Ctrl-C at the question says that nothing was changed`() throws {
    let home = try BerthHome()
    try home.write(LabManifests.base() + LabManifests.deployment("job", "true"))
    let output = "\(home.root)/asked"
    let line = "exec '\(BerthHome.berth)' apply '\(home.manifests)' --state '\(home.state)'"
    // The terminal's interrupt character, once the question is shown.
    let typing = "until grep -q 'y/N' '\(output).out'; do sleep 0.05; done; printf '\\003'; sleep 1"
    let program = try RunningProgram(
      "/bin/sh", ["-c", "(\(typing)) | /usr/bin/script -qec \"\(line)\" /dev/null"], files: output)
    let result = try program.wait()
    #expect(result.output.contains("interrupted; nothing was changed"), "\(result.output)\(result.error)")
    #expect(result.status == 130)
    #expect(!FileManager.default.fileExists(atPath: home.state))
  }

  @Test func `a second signal ends an apply whose plan nobody reads`() throws {
    let home = try BerthHome()
    let count = 2000
    let deployments = (0..<count).map { LabManifests.deployment("idle-\($0)", "true", more: ["suspend: true"]) }
    try home.write(LabManifests.base() + deployments.joined())
    // A pager that shows the first page. The rest of the plan fills the pipe.
    let output = "\(home.root)/stuck.out"
    #expect(mkfifo(output, 0o600) == 0)
    let pager = open(output, O_RDWR | O_CLOEXEC)
    #expect(pager >= 0)
    let program = try RunningProgram(
      BerthHome.berth, ["apply", home.manifests, "--yes", "--full", "--state", home.state],
      files: "\(home.root)/stuck")
    try home.wait(until: "it is recorded") {
      do { return try home.store().load().deployments.count == count } catch StateError.missing { return false }
    }
    #expect(program.isAlive)
    try home.wait(until: "it ends") {
      program.signal(SIGTERM)
      return !program.isAlive
    }
    close(pager)
    // The path must not be a pipe any more when it is read.
    #expect(unlink(output) == 0)
    try "".write(toFile: output, atomically: true, encoding: .utf8)
    #expect(try program.wait().status == 130)
  }
}
