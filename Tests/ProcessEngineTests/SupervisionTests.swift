import EngineInterface
import FleetModel
import Glibc
import ProcessEngine
import Testing

private let containments: [ProcessEngineSettings.Containment] = [.automatic, .tree]

/// Behavior of the process engine alone: killed shims, reboots, files of runs.
@Suite(.timeLimit(.minutes(15))) struct SupervisionTests {
  @Test(arguments: containments)
  func `a run whose shim is killed dies and is reported lost`(containment: ProcessEngineSettings.Containment)
    async throws
  {
    try await ProcessInstallation.with(containment: containment) { installation in
      let engine = try installation.engine()
      // A grandchild of its own session writes to a file that is not the log.
      let script = """
        (setsid sh -c 'trap "" TERM HUP; while :; do echo x >> "$BERTH_WORK/trace"; sleep 0.01; done' &)
        while [ ! -s "$BERTH_WORK/trace" ]; do sleep 0.01; done; echo ready; exec sleep 600
        """
      let request = installation.suite.request(script)
      try await installation.suite.start(request, on: engine)
      try await installation.suite.wait(for: "ready", in: request.name, on: engine)
      let cursor = try await engine.observe().cursor
      try #require(kill(try installation.pid("shim", of: request.name), SIGKILL) == 0)
      // The loss is noticed without a marker of the shim.
      let changes = try await engine.changes(since: cursor)
      #expect(changes.runs[request.name] == .unsettled(.lost))
      guard case .ended(.lost, _) = try await engine.settle(request.name) else {
        Issue.record("not settled")
        return
      }
      let trace = "\(installation.settings.work)/vision/lab/trace"
      let before = ProcessInstallation.text(trace)
      try await Task.sleep(for: .milliseconds(200))
      #expect(ProcessInstallation.text(trace) == before)
      let launched = try await engine.launch(
        RunHandle(name: request.name, text: request.name.text), of: request, secrets: [:])
      guard case .ended(.lost, _) = launched else {
        Issue.record("launched again: \(launched)")
        return
      }
    }
  }

  @Test(arguments: containments)
  func `a killed shim is noticed by an engine that comes later`(containment: ProcessEngineSettings.Containment)
    async throws
  {
    try await ProcessInstallation.with(containment: containment) { installation in
      let request = installation.suite.request("echo ready; exec sleep 600")
      let first = try installation.engine()
      try await installation.suite.start(request, on: first)
      try await installation.suite.wait(for: "ready", in: request.name, on: first)
      let child = try installation.pid("child", of: request.name)
      try #require(kill(try installation.pid("shim", of: request.name), SIGKILL) == 0)
      #expect(try await installation.suite.outcome(of: request.name, on: installation.engine()) == .lost)
      #expect(!ProcessInstallation.isAlive(child))
    }
  }

  @Test func `nothing of a removed run counts as alive once its end was seen`() async throws {
    try await ProcessInstallation.with { installation in
      let engine = try installation.engine()
      for _ in 0..<30 {
        let request = installation.suite.request("exec sleep 600")
        try await installation.suite.start(request, on: engine)
        // The shim records the end a moment before it exits.
        try await engine.stop(request.name, grace: .seconds(10))
        while true {
          if case .ended = try await engine.look(at: [request.name])[request.name] { break }
        }
        try await engine.remove(request.name)
        #expect(try await engine.lookCloser(missing: [request.name], strange: []) == [:])
      }
    }
  }

  @Test func `two engines that race to launch execute each run once`() async throws {
    try await ProcessInstallation.with { installation in
      let first = try installation.engine()
      let second = try installation.engine()
      for _ in 0..<50 {
        let request = installation.suite.request("echo once")
        let handle = try await first.prepare(request)
        async let one = first.launch(handle, of: request, secrets: [:])
        async let two = second.launch(handle, of: request, secrets: [:])
        for observation in try await [one, two] {
          switch observation {
          case .running, .ended(.exited(status: 0), _): break
          default: Issue.record("\(observation)")
          }
        }
        #expect(try await installation.suite.outcome(of: request.name, on: second) == .exited(status: 0))
        #expect(installation.file("log", of: request.name) == "once\n")
        try await first.remove(request.name)
      }
    }
  }

  @Test func `a run of another boot is lost and not executed again`() async throws {
    try await ProcessInstallation.with { installation in
      let engine = try installation.engine()
      let ran = installation.suite.request("exec sleep 600")
      let prepared = installation.suite.request("echo never")
      try await installation.suite.start(ran, on: engine)
      let handle = try await engine.prepare(prepared)
      // After a power cut the processes are gone, and the files name an earlier boot.
      try #require(kill(try installation.pid("shim", of: ran.name), SIGKILL) == 0)
      try replace("boot", in: "started", of: ran.name, installation)
      try replace("boot", in: "spec", of: prepared.name, installation)
      let later = try installation.engine()
      for name in [ran.name, prepared.name] {
        #expect(try await installation.suite.outcome(of: name, on: later) == .interrupted)
      }
      guard case .ended(.interrupted, _) = try await later.launch(handle, of: prepared, secrets: [:]) else {
        Issue.record("a run of an earlier boot was launched")
        return
      }
      #expect(installation.file("log", of: prepared.name) == nil)
    }
  }

  @Test(arguments: containments)
  func `a command that exceeds its memory is ended`(containment: ProcessEngineSettings.Containment) async throws {
    try await ProcessInstallation.with(containment: containment) { installation in
      let engine = try installation.engine()
      // awk doubles a text until it has 64 MiB, where 16 were asked for.
      let script =
        "exec awk 'BEGIN { s = \"0123456789abcdef\"; while (length(s) < 67108864) s = s s; system(\"sleep 600\") }'"
      let request = installation.suite.request(script) { $0.traits.resources.ramBytes = 16 << 20 }
      try await installation.suite.start(request, on: engine)
      #expect(try await installation.suite.outcome(of: request.name, on: engine) == .ramExceeded)
    }
  }

  @Test func `no secret's value is in any file of a run`() async throws {
    try await ProcessInstallation.with { installation in
      let engine = try installation.engine()
      let reference = SecretReference.fromFile("token.txt")
      let request = installation.suite.request("test \"$TOKEN\" = hidden-away-81; exit $?") {
        $0.env["TOKEN"] = .secret(reference)
      }
      try await installation.suite.start(request, on: engine, secrets: [reference: SecretText("hidden-away-81")])
      // The script's own text contains it, so that it is allowed once, in `spec`.
      #expect(try await installation.suite.outcome(of: request.name, on: engine) == .exited(status: 0))
      let spec = try #require(installation.file("spec", of: request.name))
      #expect(spec.split(separator: "hidden-away-81", omittingEmptySubsequences: false).count == 2)
      for file in ["started", "exit", "log", "lock"] {
        #expect(installation.file(file, of: request.name)?.contains("hidden-away") == false)
      }
    }
  }

  @Test func `a log keeps its beginning and its end, and says what it dropped`() async throws {
    try await ProcessInstallation.with(logBytes: 1 << 20) { installation in
      let engine = try installation.engine()
      // The shim looks once a second; the command ends after it has looked.
      let request = installation.suite.request(
        "awk 'BEGIN { for (i = 1; i <= 200000; i++) printf \"line %08d of a long log\\n\", i }'; echo the end")
      try await installation.suite.start(request, on: engine)
      #expect(try await installation.suite.outcome(of: request.name, on: engine) == .exited(status: 0))
      let text = try await installation.suite.text(of: request.name, on: engine)
      #expect(text.hasPrefix("line 00000001 of"))
      #expect(text.hasSuffix("the end\n"))
      #expect(text.contains("bytes of the log were dropped here]\n"))
      #expect(text.utf8.count < 1 << 20)
      let tail = try await installation.suite.text(of: request.name, on: engine, options: LogOptions(tail: 1))
      #expect(tail == "the end\n")
    }
  }

  @Test func `a directory that is not a run's is left alone`() async throws {
    try await ProcessInstallation.with { installation in
      let engine = try installation.engine()
      let path = "\(installation.settings.runs)/notes"
      let request = installation.suite.request("exit 0")
      try await installation.suite.start(request, on: engine)
      try #require(mkdir(path, 0o700) == 0)
      _ = try await installation.suite.outcome(of: request.name, on: engine)
      try await engine.remove(request.name)
      #expect(try await engine.observe().runs.isEmpty)
      #expect(access(path, F_OK) == 0)
    }
  }

  @Test func `the shim enforces the maximum runtime without an engine`() async throws {
    try await ProcessInstallation.with { installation in
      let request = installation.suite.request("exec sleep 600") { $0.traits.maxRuntime = .milliseconds(200) }
      let shim: pid_t
      do {
        let engine = try installation.engine()
        try await installation.suite.start(request, on: engine)
        shim = try installation.pid("shim", of: request.name)
      }
      // The engine is gone; the shim is still this program's child, so its end can be waited for.
      while true {
        let result = waitpid(shim, nil, WNOHANG)
        if result == shim || (result == -1 && errno == ECHILD) { break }
        try await Task.sleep(for: .milliseconds(5))
      }
      #expect(installation.file("exit", of: request.name)?.hasPrefix("outcome maxRuntimeExceeded\n") == true)
    }
  }

  /// Gives the boot id in a file of a run another first digit.
  private func replace(_ key: String, in file: String, of name: RunName, _ installation: ProcessInstallation) throws {
    let text = try #require(installation.file(file, of: name))
    let separator: Character = file == "spec" ? "\0" : " "
    var characters = Array(text.utf8)
    let needle = Array("\(key)\(separator)".utf8)
    let found = characters.indices.first { characters[$0...].starts(with: needle) }
    let index = try #require(found) + needle.count
    characters[index] = characters[index] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
    let stream = try #require(fopen("\(installation.settings.runs)/\(name.text)/\(file)", "we"))
    defer { fclose(stream) }
    #expect(fwrite(characters, 1, characters.count, stream) == characters.count)
  }
}
