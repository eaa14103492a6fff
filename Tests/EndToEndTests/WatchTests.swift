import FleetModel
import Foundation
import Glibc
import TestKit
import Testing

/// A watch of the real program, on real files and real runs.
extension EndToEndTests {
  private func watch(_ home: BerthHome, _ options: String...) throws -> RunningProgram {
    try home.start(["watch", home.manifests] + options)
  }

  private func see(_ text: String, from program: RunningProgram, times: Int = 1, in home: BerthHome) throws {
    try home.wait(until: "the watch says \(times) times: \(text)") {
      try program.output.components(separatedBy: text).count > times || !program.isAlive
    }
    let said = try program.output + program.errors
    try #require(program.isAlive, "\(said)")
  }

  private func end(_ program: RunningProgram, _ signal: Int32 = SIGTERM) throws -> RunningProgram.Result {
    program.signal(signal)
    return try program.wait()
  }

  @Test func `a run killed by hand is retried or fails as declared`() throws {
    let home = try BerthHome()
    try home.write(
      LabManifests.base()
        + LabManifests.deployment("stubborn", "sleep 600", more: ["retry: {limit: 1, backoff: 1ms}"])
        + LabManifests.deployment("frail", "sleep 600"))
    let program = try watch(home)
    try see("/stubborn started", from: program, in: home)
    try see("/frail started", from: program, in: home)
    for name in ["stubborn", "frail"] { try killRun(of: name, in: home) }
    try see("/stubborn started", from: program, times: 2, in: home)
    try see("/frail failed", from: program, in: home)
    let result = try end(program)
    #expect(result.status == 0, "\(result.output)\(result.error)")
    #expect(try home.runs(of: "stubborn").map(\.state) == [.ended, .running])
    #expect(try home.runs(of: "frail").count == 1)
  }

  /// Kills the command of a deployment's live run, as anybody with a shell could.
  private func killRun(of name: String, in home: BerthHome) throws {
    let run = try #require(try home.runs(of: name).last)
    let directory = "\(home.root)/state/runs/\(run.name.text)"
    let pid = try #require(BerthHome.started(directory)?["child"].flatMap { pid_t($0) })
    kill(pid, SIGKILL)
  }

  @Test func `writes, renames, moved directories and ignore rules are followed`() throws {
    let home = try BerthHome()
    try home.write(LabManifests.base(), to: "base.yaml")
    let program = try watch(home)
    try see("watching", from: program, in: home)
    // Written in place.
    try LabManifests.deployment("written", "true").write(
      toFile: "\(home.manifests)/a.yaml", atomically: false, encoding: .utf8)
    try see("/written completed", from: program, in: home)
    // Written beside it and renamed over it.
    try LabManifests.deployment("renamed", "true").write(
      toFile: "\(home.manifests)/.a.yaml.swp", atomically: false, encoding: .utf8)
    #expect(rename("\(home.manifests)/.a.yaml.swp", "\(home.manifests)/a.yaml") == 0)
    try see("/renamed completed", from: program, in: home)
    try see("/written deleted", from: program, in: home)
    // A directory that is moved in with its files, and a file in it.
    let outside = "\(home.root)/outside"
    try FileManager.default.createDirectory(atPath: "\(outside)/deep", withIntermediateDirectories: true)
    try LabManifests.deployment("moved", "true").write(
      toFile: "\(outside)/deep/b.yaml", atomically: true, encoding: .utf8)
    #expect(rename(outside, "\(home.manifests)/inside") == 0)
    try see("/moved completed", from: program, in: home)
    try LabManifests.deployment("later", "true").write(
      toFile: "\(home.manifests)/inside/deep/c.yaml", atomically: true, encoding: .utf8)
    try see("/later completed", from: program, in: home)
    // An ignore file that excludes the manifest.
    try "a.yaml\n".write(toFile: "\(home.manifests)/.berthignore", atomically: true, encoding: .utf8)
    try see("/renamed deleted", from: program, in: home)
    let result = try end(program, SIGINT)
    #expect(result.status == 0, "\(result.output)\(result.error)")
    #expect(result.error == "note: there was no state yet: made \(home.state)\n")
  }

  @Test func `a mounted volume that swaps a link is followed`() throws {
    let home = try BerthHome()
    func volume(_ name: String, _ deployment: String) throws {
      let path = "\(home.manifests)/\(name)"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      let text = LabManifests.base() + LabManifests.deployment(deployment, "true")
      try text.write(toFile: "\(path)/fleet.yaml", atomically: true, encoding: .utf8)
    }
    try volume("..one", "first")
    #expect(symlink("..one", "\(home.manifests)/..data") == 0)
    #expect(symlink("..data/fleet.yaml", "\(home.manifests)/fleet.yaml") == 0)
    let program = try watch(home)
    try see("/first completed", from: program, in: home)
    try volume("..two", "second")
    #expect(symlink("..two", "\(home.manifests)/..data_tmp") == 0)
    #expect(rename("\(home.manifests)/..data_tmp", "\(home.manifests)/..data") == 0)
    try see("/second completed", from: program, in: home)
    #expect(try end(program).status == 0)
  }

  @Test func `a broken edit and its repair are reported once each`() throws {
    let home = try BerthHome()
    try home.write(
      LabManifests.base() + LabManifests.deployment("service", "sleep 600", more: ["retry: {limit: 3, backoff: 1ms}"]))
    let program = try watch(home)
    try see("/service started", from: program, in: home)
    try home.write("kind: [", to: "broken.yaml")
    try see("invalid,", from: program, in: home)
    // The last valid declaration is maintained meanwhile, and reading again reports nothing again.
    try killRun(of: "service", in: home)
    try see("/service started", from: program, times: 2, in: home)
    program.signal(SIGHUP)
    try home.write("# another file\n", to: "harmless.yaml")
    try home.write(nil, to: "broken.yaml")
    try see("manifests valid again", from: program, in: home)
    let result = try end(program)
    #expect(result.status == 0)
    #expect(result.output.components(separatedBy: "invalid,").count == 2, "\(result.output)")
    #expect(result.output.components(separatedBy: "valid again").count == 2, "\(result.output)")
    #expect(result.error.contains("broken.yaml:"), "\(result.error)")
  }

  @Test func `a watch that starts with broken manifests restarts recorded runs`() throws {
    let home = try BerthHome()
    try home.write(
      LabManifests.base() + LabManifests.deployment("kept", "sleep 600", more: ["retry: {limit: 3, backoff: 1ms}"]))
    #expect(try home.apply().status == 0)
    try killRun(of: "kept", in: home)
    try home.write("kind: [", to: "broken.yaml")
    let program = try watch(home)
    try see("invalid,", from: program, in: home)
    try see("/kept started", from: program, in: home)
    #expect(try end(program).status == 0)
  }

  @Test func `deletions beyond the limit are held until an apply confirms them`() throws {
    let home = try BerthHome()
    try home.write(LabManifests.base(), to: "base.yaml")
    for index in 0..<6 { try home.write(LabManifests.deployment("d\(index)", "true"), to: "d\(index).yaml") }
    let program = try watch(home)
    try see("completed", from: program, times: 6, in: home)
    for index in 0..<5 { try home.write(nil, to: "d\(index).yaml") }
    try see("deletions are held: the plan deletes 5", from: program, in: home)
    // Other changes are carried out.
    try home.write(LabManifests.deployment("new", "true"), to: "new.yaml")
    try see("/new completed", from: program, in: home)
    let confirmed = try home.apply("--confirm-prune", "5")
    #expect(confirmed.status == 0, "\(confirmed.output)\(confirmed.error)")
    try see("deletions are no longer held", from: program, in: home)
    let result = try end(program)
    #expect(result.output.components(separatedBy: "deletions are held").count == 2, "\(result.output)")
    #expect(try home.store().load().deployments.map(\.identity.name).sorted() == ["d5", "new"])
  }

  @Test func `the command that a watch names confirms its deletions in any directory`() throws {
    let home = try BerthHome()
    let directory = "the team's manifests"
    for index in 0..<6 {
      try home.write(LabManifests.base(), to: "base.yaml")
      try home.write(LabManifests.deployment("d\(index)", "true"), to: "d\(index).yaml")
    }
    try FileManager.default.moveItem(atPath: home.manifests, toPath: "\(home.root)/\(directory)")
    let program = try home.start(["watch", "\(home.root)/\(directory)", "--source", "the team's"])
    try see("completed", from: program, times: 6, in: home)
    for index in 0..<5 { try FileManager.default.removeItem(atPath: "\(home.root)/\(directory)/d\(index).yaml") }
    try see("deletions are held: the plan deletes 5", from: program, in: home)
    let command = try #require(try program.output.firstMatch(of: #/if this is intended, run (berth .*)/#)?.1)
    let pasted = try home.shell("berth() { \"$0\" \"$@\"; }; cd / && \(command) --yes --lock-timeout 1m")
    #expect(pasted.status == 0, "\(command): \(pasted.output)\(pasted.error)")
    try see("deletions are no longer held", from: program, in: home)
    #expect(try end(program).status == 0)
    #expect(try home.store().load().deployments.map(\.identity.name) == ["d5"])
  }

  @Test func `held deletions are reported after the repair`() throws {
    let home = try BerthHome()
    try home.write(LabManifests.base(), to: "base.yaml")
    for index in 0..<6 { try home.write(LabManifests.deployment("d\(index)", "true"), to: "d\(index).yaml") }
    let program = try watch(home)
    try see("completed", from: program, times: 6, in: home)
    try home.write("kind: [", to: "broken.yaml")
    try see("invalid,", from: program, in: home)
    for index in 0..<5 { try home.write(nil, to: "d\(index).yaml") }
    try home.write(nil, to: "broken.yaml")
    try see("deletions are held", from: program, in: home)
    let output = try end(program).output
    let lines = output.split(separator: "\n").map(String.init)
    let repaired = lines.firstIndex { $0.contains("manifests valid again") }
    let held = lines.firstIndex { $0.contains("deletions are held") }
    #expect(try #require(repaired) < #require(held), "\(output)")
  }

  @Test func `guards keep an edit from stopping other runs`() throws {
    let home = try BerthHome()
    let scheduling = "  scheduling: {minimumRuntime: 0s}\n"
    try home.write(LabManifests.base(cpu: 1) + scheduling, to: "base.yaml")
    try home.write(LabManifests.deployment("long", "sleep 600", more: ["priority: low"]), to: "long.yaml")
    let program = try watch(home, "--no-preempt")
    try see("/long started", from: program, in: home)
    try home.write(LabManifests.deployment("urgent", "true", more: ["priority: high"]), to: "urgent.yaml")
    try see("not applied", from: program, in: home)
    // Nothing is stopped, and the run that would be is named.
    #expect(try home.runs(of: "urgent").isEmpty)
    let said = try program.output
    #expect(said.contains("lab/machine/long"), "\(said)")
    try home.write(LabManifests.deployment("urgent", "true", more: ["priority: low"]), to: "urgent.yaml")
    try see("manifests valid again", from: program, in: home)
    let result = try end(program)
    #expect(result.output.components(separatedBy: "not applied").count == 2, "\(result.output)")
    #expect(try home.runs(of: "long").map(\.state) == [.running])
  }

  @Test func `an apply gets the lock of a busy watch`() throws {
    let home = try BerthHome()
    let jobs = (0..<200).map { LabManifests.deployment("busy-\($0)", "true") }.joined()
    try home.write(LabManifests.base() + jobs)
    let program = try watch(home)
    try see("completed", from: program, times: 3, in: home)
    let other = "\(home.root)/other"
    try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
    try LabManifests.deployment("beside", "echo x >> \(home.out)/beside").write(
      toFile: "\(other)/beside.yaml", atomically: true, encoding: .utf8)
    let applied = try home.berth("apply", other, "--yes", "--source", "other", "--lock-timeout", "60s", "--wait")
    #expect(applied.status == 0, "\(applied.output)\(applied.error)")
    // Whoever holds the lock advances all runs, and reports only its own.
    try home.wait(until: "all are done") {
      try home.store().load().deployments.allSatisfy { $0.progress.status == .completed }
    }
    #expect(try end(program).status == 0)
    #expect(home.lines(of: "beside").count == 1)
    for index in 0..<200 { #expect(try home.runs(of: "busy-\(index)").count == 1) }
  }

  @Test func `watch --until converged has the exit codes of apply --wait`() throws {
    let home = try BerthHome()
    try home.write(
      LabManifests.base() + LabManifests.deployment("a", "true")
        + LabManifests.deployment("b", "true", dependsOn: ["a"]))
    let done = try home.berth("watch", home.manifests, "--until", "converged", "--timeout", "2m")
    #expect(done.status == 0, "\(done.output)\(done.error)")
    try home.write(LabManifests.deployment("c", "exit 7"), to: "c.yaml")
    let failed = try home.berth("watch", home.manifests, "--until", "converged", "--timeout", "2m", "-o", "json")
    #expect(failed.status == 3)
    #expect(failed.error.contains("/c ") && failed.error.contains("7"), "\(failed.error)")
    let lines = failed.output.split(separator: "\n")
    #expect(lines.first?.hasPrefix(#"{"type":"watch","version":1,"#) == true, "\(failed.output)")
    for line in lines { _ = try JSONSerialization.jsonObject(with: Data(line.utf8)) }
    try home.write("kind: [", to: "broken.yaml")
    #expect(try home.berth("watch", home.manifests, "--until", "converged").status == 1)
    try home.write(LabManifests.deployment("long", "sleep 600"), to: "broken.yaml")
    try home.write(nil, to: "c.yaml")
    #expect(try home.berth("watch", home.manifests, "--until", "converged", "--timeout", "300ms").status == 3)
    #expect(try home.berth("watch", "-").status == 64)
  }

  @Test func `a half-written manifest stops nothing`() throws {
    let home = try BerthHome()
    func job(_ name: String) -> String { LabManifests.deployment(name, "sleep 600") }
    try home.write(LabManifests.base(), to: "base.yaml")
    try home.write(job("first") + job("second"), to: "a.yaml")
    try home.write(job("other"), to: "b.yaml")
    let program = try watch(home)
    for name in ["first", "second", "other"] { try see("/\(name) started", from: program, in: home) }
    func append(_ text: String, to file: Int32) {
      var bytes = Array(text.utf8)
      #expect(write(file, &bytes, bytes.count) == bytes.count)
    }
    // A manifest is rewritten and not closed yet. Reading it meanwhile, because of another change or a signal, must not
    // take half of it for the whole.
    let file = open("\(home.manifests)/a.yaml", O_WRONLY | O_TRUNC | O_CLOEXEC)
    #expect(file >= 0)
    append(job("first"), to: file)
    try home.write(job("other") + LabManifests.deployment("new", "true"), to: "b.yaml")
    program.signal(SIGHUP)
    usleep(500_000)
    let said = try program.output
    #expect(!said.contains("/new created"), "\(said)")
    append(job("second"), to: file)
    close(file)
    try see("/new completed", from: program, in: home)
    let result = try end(program)
    #expect(!result.output.contains("/second withdrawn"), "\(result.output)")
    #expect(try home.runs(of: "second").map(\.state) == [.running])
  }

  @Test func `a file of any name is followed`() throws {
    let home = try BerthHome()
    let path = "\(home.root)/fleet.txt"
    try (LabManifests.base() + LabManifests.deployment("first", "true")).write(
      toFile: path, atomically: false, encoding: .utf8)
    let program = try home.start(["watch", path])
    try see("/first completed", from: program, in: home)
    try (LabManifests.base() + LabManifests.deployment("second", "true")).write(
      toFile: path, atomically: false, encoding: .utf8)
    try see("/second completed", from: program, in: home)
    #expect(try end(program).status == 0)
  }

  @Test func `many edits leak no descriptors`() throws {
    let home = try BerthHome()
    try home.write(LabManifests.base(), to: "base.yaml")
    try home.write(LabManifests.deployment("service", "sleep 600", more: ["mode: service"]), to: "service.yaml")
    let program = try watch(home)
    func descriptors() throws -> Int {
      try FileManager.default.contentsOfDirectory(atPath: "/proc/\(program.pid)/fd").count
    }
    func round(_ number: Int) throws {
      try FileManager.default.createDirectory(
        atPath: "\(home.manifests)/r\(number)", withIntermediateDirectories: true)
      try LabManifests.deployment("job-\(number)", "true").write(
        toFile: "\(home.manifests)/r\(number)/job.yaml", atomically: true, encoding: .utf8)
      try see("/job-\(number) completed", from: program, in: home)
      try FileManager.default.removeItem(atPath: "\(home.manifests)/r\(number)")
      try see("/job-\(number) deleted", from: program, in: home)
    }
    for number in 0..<3 { try round(number) }
    let before = try descriptors()
    for number in 3..<15 { try round(number) }
    #expect(try descriptors() <= before + 2)
    #expect(try end(program).status == 0)
  }
}
