import FleetModel
import Foundation
import Glibc
import Testing

/// A watch of the real program, on real files and real runs.
extension EndToEndTests {
  private func watch(_ place: Workplace, _ options: String...) throws -> RunningProgram {
    try place.start(["watch", place.manifests] + options)
  }

  private func see(_ text: String, from program: RunningProgram, times: Int = 1, in place: Workplace) throws {
    try place.wait(until: "the watch says \(times) times: \(text)") {
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
    let place = try Workplace()
    try place.write(
      Fleet.base()
        + Fleet.deployment("stubborn", "sleep 600", more: ["retry: {limit: 1, backoff: 1ms}"])
        + Fleet.deployment("frail", "sleep 600"))
    let program = try watch(place)
    try see("/stubborn started", from: program, in: place)
    try see("/frail started", from: program, in: place)
    for name in ["stubborn", "frail"] { try killRun(of: name, in: place) }
    try see("/stubborn started", from: program, times: 2, in: place)
    try see("/frail failed", from: program, in: place)
    let result = try end(program)
    #expect(result.status == 0, "\(result.output)\(result.error)")
    #expect(try place.runs(of: "stubborn").map(\.state) == [.ended, .running])
    #expect(try place.runs(of: "frail").count == 1)
  }

  /// Kills what a deployment's live run executes, as anybody with a shell could.
  private func killRun(of name: String, in place: Workplace) throws {
    let run = try #require(try place.runs(of: name).last)
    let directory = "\(place.root)/state/runs/\(run.name.text)"
    let pid = try #require(Workplace.started(directory)?["child"].flatMap { pid_t($0) })
    kill(pid, SIGKILL)
  }

  @Test func `writes, renames, moved directories and ignore rules are followed`() throws {
    let place = try Workplace()
    try place.write(Fleet.base(), to: "base.yaml")
    let program = try watch(place)
    try see("watching", from: program, in: place)
    // Written in place.
    try Fleet.deployment("written", "true").write(
      toFile: "\(place.manifests)/a.yaml", atomically: false, encoding: .utf8)
    try see("/written completed", from: program, in: place)
    // By a rename over it, from beside.
    try Fleet.deployment("renamed", "true").write(
      toFile: "\(place.manifests)/.a.yaml.swp", atomically: false, encoding: .utf8)
    #expect(rename("\(place.manifests)/.a.yaml.swp", "\(place.manifests)/a.yaml") == 0)
    try see("/renamed completed", from: program, in: place)
    try see("/written deleted", from: program, in: place)
    // A directory that comes with its files, and one that is made.
    let outside = "\(place.root)/outside"
    try FileManager.default.createDirectory(atPath: "\(outside)/deep", withIntermediateDirectories: true)
    try Fleet.deployment("moved", "true").write(toFile: "\(outside)/deep/b.yaml", atomically: true, encoding: .utf8)
    #expect(rename(outside, "\(place.manifests)/inside") == 0)
    try see("/moved completed", from: program, in: place)
    try Fleet.deployment("later", "true").write(
      toFile: "\(place.manifests)/inside/deep/c.yaml", atomically: true, encoding: .utf8)
    try see("/later completed", from: program, in: place)
    // It goes, and another ignores what is left.
    try "a.yaml\n".write(toFile: "\(place.manifests)/.berthignore", atomically: true, encoding: .utf8)
    try see("/renamed deleted", from: program, in: place)
    let result = try end(program, SIGINT)
    #expect(result.status == 0, "\(result.output)\(result.error)")
    #expect(result.error == "")
  }

  @Test func `a mounted volume that swaps a link is followed`() throws {
    let place = try Workplace()
    func volume(_ name: String, _ deployment: String) throws {
      let path = "\(place.manifests)/\(name)"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      let text = Fleet.base() + Fleet.deployment(deployment, "true")
      try text.write(toFile: "\(path)/fleet.yaml", atomically: true, encoding: .utf8)
    }
    try volume("..one", "first")
    #expect(symlink("..one", "\(place.manifests)/..data") == 0)
    #expect(symlink("..data/fleet.yaml", "\(place.manifests)/fleet.yaml") == 0)
    let program = try watch(place)
    try see("/first completed", from: program, in: place)
    try volume("..two", "second")
    #expect(symlink("..two", "\(place.manifests)/..data_tmp") == 0)
    #expect(rename("\(place.manifests)/..data_tmp", "\(place.manifests)/..data") == 0)
    try see("/second completed", from: program, in: place)
    #expect(try end(program).status == 0)
  }

  @Test func `a broken edit and its repair are reported once each`() throws {
    let place = try Workplace()
    try place.write(Fleet.base() + Fleet.deployment("service", "sleep 600", more: ["retry: {limit: 3, backoff: 1ms}"]))
    let program = try watch(place)
    try see("/service started", from: program, in: place)
    try place.write("kind: [", to: "broken.yaml")
    try see("invalid,", from: program, in: place)
    // What was declared last is healed meanwhile, and looking again says nothing again.
    try killRun(of: "service", in: place)
    try see("/service started", from: program, times: 2, in: place)
    program.signal(SIGHUP)
    try place.write("# another file\n", to: "harmless.yaml")
    try place.write(nil, to: "broken.yaml")
    try see("manifests valid again", from: program, in: place)
    let result = try end(program)
    #expect(result.status == 0)
    #expect(result.output.components(separatedBy: "invalid,").count == 2, "\(result.output)")
    #expect(result.output.components(separatedBy: "valid again").count == 2, "\(result.output)")
    #expect(result.error.contains("broken.yaml:"), "\(result.error)")
  }

  @Test func `a watch that starts with broken manifests restarts recorded runs`() throws {
    let place = try Workplace()
    try place.write(Fleet.base() + Fleet.deployment("kept", "sleep 600", more: ["retry: {limit: 3, backoff: 1ms}"]))
    #expect(try place.apply().status == 0)
    try killRun(of: "kept", in: place)
    try place.write("kind: [", to: "broken.yaml")
    let program = try watch(place)
    try see("invalid,", from: program, in: place)
    try see("/kept started", from: program, in: place)
    #expect(try end(program).status == 0)
  }

  @Test func `deletions beyond the limit are held until an apply confirms them`() throws {
    let place = try Workplace()
    try place.write(Fleet.base(), to: "base.yaml")
    for index in 0..<6 { try place.write(Fleet.deployment("d\(index)", "true"), to: "d\(index).yaml") }
    let program = try watch(place)
    try see("completed", from: program, times: 6, in: place)
    for index in 0..<5 { try place.write(nil, to: "d\(index).yaml") }
    try see("deletions are held: the plan deletes 5", from: program, in: place)
    // The rest is done.
    try place.write(Fleet.deployment("new", "true"), to: "new.yaml")
    try see("/new completed", from: program, in: place)
    let confirmed = try place.apply("--confirm-prune", "5")
    #expect(confirmed.status == 0, "\(confirmed.output)\(confirmed.error)")
    try see("deletions are no longer held", from: program, in: place)
    let result = try end(program)
    #expect(result.output.components(separatedBy: "deletions are held").count == 2, "\(result.output)")
    #expect(try place.store().load().deployments.map(\.identity.name).sorted() == ["d5", "new"])
  }

  @Test func `held deletions are reported after the repair`() throws {
    let place = try Workplace()
    try place.write(Fleet.base(), to: "base.yaml")
    for index in 0..<6 { try place.write(Fleet.deployment("d\(index)", "true"), to: "d\(index).yaml") }
    let program = try watch(place)
    try see("completed", from: program, times: 6, in: place)
    try place.write("kind: [", to: "broken.yaml")
    try see("invalid,", from: program, in: place)
    for index in 0..<5 { try place.write(nil, to: "d\(index).yaml") }
    try place.write(nil, to: "broken.yaml")
    try see("deletions are held", from: program, in: place)
    let output = try end(program).output
    let lines = output.split(separator: "\n").map(String.init)
    let repaired = lines.firstIndex { $0.contains("manifests valid again") }
    let held = lines.firstIndex { $0.contains("deletions are held") }
    #expect(try #require(repaired) < #require(held), "\(output)")
  }

  @Test func `guards keep an edit from stopping other runs`() throws {
    let place = try Workplace()
    let scheduling = "  scheduling: {minimumRuntime: 0s}\n"
    try place.write(Fleet.base(cpu: 1) + scheduling, to: "base.yaml")
    try place.write(Fleet.deployment("long", "sleep 600", more: ["priority: low"]), to: "long.yaml")
    let program = try watch(place, "--no-preempt")
    try see("/long started", from: program, in: place)
    try place.write(Fleet.deployment("urgent", "true", more: ["priority: high"]), to: "urgent.yaml")
    try see("not applied", from: program, in: place)
    // Nobody is stopped, and what it would have stopped is named.
    #expect(try place.runs(of: "urgent").isEmpty)
    let said = try program.output
    #expect(said.contains("lab/machine/long"), "\(said)")
    try place.write(Fleet.deployment("urgent", "true", more: ["priority: low"]), to: "urgent.yaml")
    try see("manifests valid again", from: program, in: place)
    let result = try end(program)
    #expect(result.output.components(separatedBy: "not applied").count == 2, "\(result.output)")
    #expect(try place.runs(of: "long").map(\.state) == [.running])
  }

  @Test func `an apply gets the lock of a busy watch`() throws {
    let place = try Workplace()
    let jobs = (0..<200).map { Fleet.deployment("busy-\($0)", "true") }.joined()
    try place.write(Fleet.base() + jobs)
    let program = try watch(place)
    try see("completed", from: program, times: 3, in: place)
    let other = "\(place.root)/other"
    try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
    try Fleet.deployment("beside", "echo x >> \(place.out)/beside").write(
      toFile: "\(other)/beside.yaml", atomically: true, encoding: .utf8)
    let applied = try place.berth("apply", other, "--yes", "--source", "other", "--lock-timeout", "60s", "--wait")
    #expect(applied.status == 0, "\(applied.output)\(applied.error)")
    // Whoever has the lock takes them further, and tells of those alone.
    try place.wait(until: "all are done") {
      try place.store().load().deployments.allSatisfy { $0.progress.status == .completed }
    }
    #expect(try end(program).status == 0)
    #expect(place.lines(of: "beside").count == 1)
    for index in 0..<200 { #expect(try place.runs(of: "busy-\(index)").count == 1) }
  }

  @Test func `watch --until converged has the exit codes of apply --wait`() throws {
    let place = try Workplace()
    try place.write(Fleet.base() + Fleet.deployment("a", "true") + Fleet.deployment("b", "true", dependsOn: ["a"]))
    let done = try place.berth("watch", place.manifests, "--until", "converged", "--timeout", "2m")
    #expect(done.status == 0, "\(done.output)\(done.error)")
    try place.write(Fleet.deployment("c", "exit 7"), to: "c.yaml")
    let failed = try place.berth("watch", place.manifests, "--until", "converged", "--timeout", "2m", "-o", "json")
    #expect(failed.status == 3)
    #expect(failed.error.contains("/c ") && failed.error.contains("7"), "\(failed.error)")
    let lines = failed.output.split(separator: "\n")
    #expect(lines.first?.hasPrefix(#"{"type":"watch","version":1,"#) == true, "\(failed.output)")
    for line in lines { _ = try JSONSerialization.jsonObject(with: Data(line.utf8)) }
    try place.write("kind: [", to: "broken.yaml")
    #expect(try place.berth("watch", place.manifests, "--until", "converged").status == 1)
    try place.write(Fleet.deployment("long", "sleep 600"), to: "broken.yaml")
    try place.write(nil, to: "c.yaml")
    #expect(try place.berth("watch", place.manifests, "--until", "converged", "--timeout", "300ms").status == 3)
    #expect(try place.berth("watch", "-").status == 64)
  }

  @Test func `a half-written manifest stops nothing`() throws {
    let place = try Workplace()
    func job(_ name: String) -> String { Fleet.deployment(name, "sleep 600") }
    try place.write(Fleet.base(), to: "base.yaml")
    try place.write(job("first") + job("second"), to: "a.yaml")
    try place.write(job("other"), to: "b.yaml")
    let program = try watch(place)
    for name in ["first", "second", "other"] { try see("/\(name) started", from: program, in: place) }
    func append(_ text: String, to file: Int32) {
      var bytes = Array(text.utf8)
      #expect(write(file, &bytes, bytes.count) == bytes.count)
    }
    // One is written anew and not closed yet; whoever looks meanwhile, because another has changed or because somebody
    // asks, takes half of it for nothing.
    let file = open("\(place.manifests)/a.yaml", O_WRONLY | O_TRUNC | O_CLOEXEC)
    #expect(file >= 0)
    append(job("first"), to: file)
    try place.write(job("other") + Fleet.deployment("new", "true"), to: "b.yaml")
    program.signal(SIGHUP)
    usleep(500_000)
    let said = try program.output
    #expect(!said.contains("/new created"), "\(said)")
    append(job("second"), to: file)
    close(file)
    try see("/new completed", from: program, in: place)
    let result = try end(program)
    #expect(!result.output.contains("/second withdrawn"), "\(result.output)")
    #expect(try place.runs(of: "second").map(\.state) == [.running])
  }

  @Test func `a file of any name is followed`() throws {
    let place = try Workplace()
    let path = "\(place.root)/fleet.txt"
    try (Fleet.base() + Fleet.deployment("first", "true")).write(toFile: path, atomically: false, encoding: .utf8)
    let program = try place.start(["watch", path])
    try see("/first completed", from: program, in: place)
    try (Fleet.base() + Fleet.deployment("second", "true")).write(toFile: path, atomically: false, encoding: .utf8)
    try see("/second completed", from: program, in: place)
    #expect(try end(program).status == 0)
  }

  @Test func `many edits leak no descriptors`() throws {
    let place = try Workplace()
    try place.write(Fleet.base(), to: "base.yaml")
    try place.write(Fleet.deployment("service", "sleep 600", more: ["mode: service"]), to: "service.yaml")
    let program = try watch(place)
    func descriptors() throws -> Int {
      try FileManager.default.contentsOfDirectory(atPath: "/proc/\(program.pid)/fd").count
    }
    func round(_ number: Int) throws {
      try FileManager.default.createDirectory(
        atPath: "\(place.manifests)/r\(number)", withIntermediateDirectories: true)
      try Fleet.deployment("job-\(number)", "true").write(
        toFile: "\(place.manifests)/r\(number)/job.yaml", atomically: true, encoding: .utf8)
      try see("/job-\(number) completed", from: program, in: place)
      try FileManager.default.removeItem(atPath: "\(place.manifests)/r\(number)")
      try see("/job-\(number) deleted", from: program, in: place)
    }
    for number in 0..<3 { try round(number) }
    let before = try descriptors()
    for number in 3..<15 { try round(number) }
    #expect(try descriptors() <= before + 2)
    #expect(try end(program).status == 0)
  }
}
