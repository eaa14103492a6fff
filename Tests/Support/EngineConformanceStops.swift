import EngineInterface
import FleetModel

extension EngineConformance {
  /// Requested stops.
  static let stopChecks: [Check] = [
    Check(description: "a run may end in its own way when it is asked to") { suite in
      let engine = try await suite.makeEngine()
      let request = suite.request("trap 'echo bye; exit 4' TERM; echo ready; while :; do sleep 0.05; done")
      try await suite.start(request, on: engine)
      try await suite.wait(for: "ready", in: request.name, on: engine)
      try await engine.stop(request.name, grace: .seconds(60))
      try expect("outcome", try await suite.outcome(of: request.name, on: engine), is: .stopped)
      try expect("log", try await suite.text(of: request.name, on: engine).hasSuffix("bye\n"))
      try await engine.remove(request.name)
    },
    Check(description: "one that does not want to end is killed after the grace") { suite in
      let engine = try await suite.makeEngine()
      let request = suite.request("trap '' TERM; echo ready; while :; do sleep 0.05; done")
      try await suite.start(request, on: engine)
      try await suite.wait(for: "ready", in: request.name, on: engine)
      try await engine.stop(request.name, grace: .milliseconds(300))
      try expect("outcome", try await suite.outcome(of: request.name, on: engine), is: .stopped)
      try await engine.remove(request.name)
    },
    Check(description: "a second stop can shorten the grace, not lengthen it") { suite in
      let engine = try await suite.makeEngine()
      let request = suite.request("trap '' TERM; echo ready; while :; do sleep 0.05; done")
      try await suite.start(request, on: engine)
      try await suite.wait(for: "ready", in: request.name, on: engine)
      try await engine.stop(request.name, grace: .seconds(3600))
      try await engine.stop(request.name, grace: .zero)
      try await engine.stop(request.name, grace: .seconds(3600))
      try expect("outcome", try await suite.outcome(of: request.name, on: engine), is: .stopped)
      try await engine.stop(request.name, grace: .zero)
      try await engine.remove(request.name)
    },
    Check(description: "everything that a run started is gone when its end is reported") { suite in
      let engine = try await suite.makeEngine()
      // An orphaned grandchild in a session of its own that ignores the request.
      let script = """
        (setsid sh -c 'trap "" TERM; while :; do echo alive; sleep 0.02; done' &)
        exec sleep 600
        """
      let request = suite.request(script)
      try await suite.start(request, on: engine)
      try await suite.wait(for: "alive", in: request.name, on: engine)
      try await engine.stop(request.name, grace: .milliseconds(100))
      _ = try await suite.outcome(of: request.name, on: engine)
      try await expectSilence(suite, request.name, engine)
    },
    Check(description: "what a command leaves behind ends with it") { suite in
      let engine = try await suite.makeEngine()
      let script = """
        (setsid sh -c 'trap "" TERM; while :; do echo alive; sleep 0.02; done' &)
        sleep 0.2; exit 3
        """
      let request = suite.request(script)
      try await suite.start(request, on: engine)
      try expect("outcome", try await suite.outcome(of: request.name, on: engine), is: .exited(status: 3))
      try await expectSilence(suite, request.name, engine)
    },
    Check(description: "stopped before its launch, a run never executes") { suite in
      let engine = try await suite.makeEngine()
      let request = suite.request("echo never")
      let handle = try await engine.prepare(request)
      try await engine.stop(request.name, grace: .seconds(1))
      try expect("outcome", try await suite.outcome(of: request.name, on: engine), is: .abandoned)
      let launched = try await engine.launch(handle, of: request, secrets: [:])
      guard case .ended(.abandoned, _) = launched else { throw Failure("launched: \(launched)") }
      try expect("log", try await suite.text(of: request.name, on: engine), is: "")
      try await engine.remove(request.name)
    },
    Check(description: "a stop in the middle of a launch is not lost") { suite in
      let engine = try await suite.makeEngine()
      for _ in 0..<10 {
        let request = suite.request("exec sleep 600")
        let handle = try await engine.prepare(request)
        async let launched = engine.launch(handle, of: request, secrets: [:])
        try await engine.stop(request.name, grace: .zero)
        _ = try await launched
        _ = try await suite.outcome(of: request.name, on: engine)
        try await engine.remove(request.name)
      }
    },
  ]

  /// Checks for a while that a run prints nothing any more.
  private static func expectSilence(_ suite: EngineConformance, _ name: RunName, _ engine: any Engine) async throws {
    let before = try await suite.text(of: name, on: engine)
    try await Task.sleep(for: .milliseconds(200))
    try expect("it printed after its end", try await suite.text(of: name, on: engine) == before)
    try await engine.remove(name)
  }
}
