import Foundation
import Glibc
import StateStore
import Testing

/// The end of a program that somebody does not wait for any longer.
extension EndToEndTests {
  /// Somebody who is asked, and thinks better of it.
  @Test func `Ctrl-C at the question says that nothing was changed`() throws {
    let place = try Workplace()
    try place.write(Fleet.base() + Fleet.deployment("job", "true"))
    let output = "\(place.root)/asked"
    let line = "exec '\(Workplace.berth)' apply '\(place.manifests)' --state '\(place.state)'"
    // The terminal's own interrupt character, once the question stands there.
    let typing = "until grep -q 'y/N' '\(output).out'; do sleep 0.05; done; printf '\\003'; sleep 1"
    let program = try RunningProgram(
      "/bin/sh", ["-c", "(\(typing)) | /usr/bin/script -qec \"\(line)\" /dev/null"], files: output)
    let result = try program.wait()
    #expect(result.output.contains("interrupted; nothing was changed"), "\(result.output)\(result.error)")
    #expect(result.status == 130)
    #expect(!FileManager.default.fileExists(atPath: place.state))
  }

  @Test func `a second signal ends an apply whose plan nobody reads`() throws {
    let place = try Workplace()
    let count = 2000
    let deployments = (0..<count).map { Fleet.deployment("idle-\($0)", "true", more: ["suspend: true"]) }
    try place.write(Fleet.base() + deployments.joined())
    // A pager that shows the first page: what comes after it stays in the pipe, which the plan fills.
    let output = "\(place.root)/stuck.out"
    #expect(mkfifo(output, 0o600) == 0)
    let pager = open(output, O_RDWR | O_CLOEXEC)
    #expect(pager >= 0)
    let program = try RunningProgram(
      Workplace.berth, ["apply", place.manifests, "--yes", "--full", "--state", place.state],
      files: "\(place.root)/stuck")
    try place.wait(until: "it is recorded") {
      do { return try place.store().load().deployments.count == count } catch StateError.missing { return false }
    }
    #expect(program.isAlive)
    try place.wait(until: "it ends") {
      program.signal(SIGTERM)
      return !program.isAlive
    }
    close(pager)
    // To be read by name it must not be a pipe any more.
    #expect(unlink(output) == 0)
    try "".write(toFile: output, atomically: true, encoding: .utf8)
    #expect(try program.wait().status == 130)
  }
}
