import EngineInterface
import FleetModel

extension EngineConformance {
  /// Ends of runs by themselves, and the environment of runs.
  static let endChecks: [Check] = [
    Check(description: "an exit status is reported") { suite in
      try await expectOutcome(suite, "exit 37", .exited(status: 37))
    },
    Check(description: "a signal is reported") { suite in
      try await expectOutcome(suite, "kill -9 $$", .signaled(signal: 9))
    },
    Check(description: "a command that does not exist failed to start") { suite in
      let engine = try await suite.makeEngine()
      let request = suite.request("") { $0.command = ["/nowhere/command"] }
      let launched = try await suite.start(request, on: engine)
      guard case .ended(.failedToStart(let text), _) = launched else {
        throw Failure("launched: \(launched)")
      }
      try expect("`\(text)` names the command", text.contains("/nowhere/command"))
      try await engine.remove(request.name)
    },
    Check(description: "an end is delivered to whoever waits for changes") { suite in
      let engine = try await suite.makeEngine()
      let request = suite.request("exit 5")
      var cursor = try await engine.observe().cursor
      try await suite.start(request, on: engine)
      var found: RunObservation?
      while found == nil {
        let changes = try await engine.changes(since: cursor)
        cursor = changes.cursor
        if case .ended = changes.runs[request.name] { found = changes.runs[request.name] }
        if changes.isIncomplete { found = try await suite.observation(of: request.name, on: engine) }
      }
      guard case .ended(.exited(status: 5), _) = found else { throw Failure("found \(found as Any)") }
      try await engine.remove(request.name)
    },
    Check(description: "an end while nobody watched is seen by the next look") { suite in
      let request = suite.request("exit 6")
      do {
        let engine = try await suite.makeEngine()
        try await suite.start(request, on: engine)
        try expect("outcome", try await suite.outcome(of: request.name, on: engine), is: .exited(status: 6))
      }
      let engine = try await suite.makeEngine()
      guard case .ended(.exited(status: 6), _) = try await suite.observation(of: request.name, on: engine) else {
        throw Failure("not seen")
      }
      try await engine.remove(request.name)
    },
    Check(description: "waiting for changes ends with its task") { suite in
      let engine = try await suite.makeEngine()
      let cursor = try await engine.observe().cursor
      let task = Task { try await engine.changes(since: cursor) }
      task.cancel()
      // Others may use the installation at the same time; the test is only that it returns.
      _ = try await task.value
    },
    Check(description: "a cursor of another life of the engine reports that changes were lost") { suite in
      let cursor = try await suite.makeEngine().observe().cursor
      let changes = try await suite.makeEngine().changes(since: cursor)
      try expect("incomplete", changes.isIncomplete)
    },
    Check(description: "the environment: Berth's variables, the spec's, a secret's, and the GPUs'") { suite in
      let engine = try await suite.makeEngine()
      let secret = SecretReference.fromEnv("TOKEN")
      var request = suite.request(
        """
        echo "$BERTH_DEPLOYMENT $BERTH_CLUSTER $BERTH_ORGANIZATION $BERTH_RUN $BERTH_GENERATION $BERTH_ATTEMPT"
        echo "$BERTH_IMAGE"; echo "$EPOCHS/$TOKEN_HERE/$CUDA_VISIBLE_DEVICES$BERTH_SOURCE"; env | grep -c BERTH_SECRET
        """
      ) { $0.env = ["EPOCHS": .text("3 = three"), "TOKEN_HERE": .secret(secret)] }
      request.gpus = [GPUShare(slot: 0, milli: 1000), GPUShare(slot: 2, milli: 1000)]
      request.sourceRoot = "/source/root"
      try await suite.start(request, on: engine, secrets: [secret: SecretText("s3cret")])
      _ = try await suite.outcome(of: request.name, on: engine)
      let wanted =
        "vision/lab/train vision/lab vision \(request.name.text) 3 2\n\(suite.image)\n3 = three/s3cret/0,2/source/root\n0\n"
      try expect("environment", try await suite.text(of: request.name, on: engine), is: wanted)
      try await engine.remove(request.name)
    },
    Check(description: "maxRuntime ends a run") { suite in
      let engine = try await suite.makeEngine()
      let request = suite.request("sleep 600") { $0.traits.maxRuntime = .seconds(1) }
      try await suite.start(request, on: engine)
      try expect("outcome", try await suite.outcome(of: request.name, on: engine), is: .maxRuntimeExceeded)
      try await engine.remove(request.name)
    },
  ]

  private static func expectOutcome(_ suite: EngineConformance, _ script: String, _ wanted: RunOutcome) async throws {
    let engine = try await suite.makeEngine()
    let request = suite.request(script)
    try await suite.start(request, on: engine)
    try expect("outcome", try await suite.outcome(of: request.name, on: engine), is: wanted)
    try await engine.remove(request.name)
  }
}
