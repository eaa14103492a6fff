import EngineInterface
import FleetModel

extension EngineConformance {
  /// The life of a run from prepared to removed.
  static let lifeChecks: [Check] = [
    Check(description: "prepared twice is prepared once, and executes nothing") { suite in
      let engine = try await suite.makeEngine()
      let request = suite.request("echo once")
      let first = try await engine.prepare(request)
      let second = try await engine.prepare(request)
      try expect("the handle", second, is: first)
      try expect("state", try await suite.observation(of: request.name, on: engine), is: .prepared)
      try await engine.remove(request.name)
    },
    Check(description: "launched twice, one after the other and at once, executes once") { suite in
      let engine = try await suite.makeEngine()
      let request = suite.request("echo once; sleep 0.2")
      let handle = try await engine.prepare(request)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<4 { group.addTask { _ = try await engine.launch(handle, of: request, secrets: [:]) } }
        try await group.waitForAll()
      }
      try expect("outcome", try await suite.outcome(of: request.name, on: engine), is: .exited(status: 0))
      let again = try await engine.launch(handle, of: request, secrets: [:])
      guard case .ended(.exited(status: 0), _) = again else {
        throw Failure("launching an ended run: \(again)")
      }
      try expect("log", try await suite.text(of: request.name, on: engine), is: "once\n")
      try await engine.remove(request.name)
    },
    Check(description: "observed in every state, then removed") { suite in
      let engine = try await suite.makeEngine()
      let request = suite.request("sleep 600")
      try expect("before", try await suite.observation(of: request.name, on: engine), is: .absent)
      let handle = try await engine.prepare(request)
      try expect("prepared", try await suite.observation(of: request.name, on: engine), is: .prepared)
      let launched = try await engine.launch(handle, of: request, secrets: [:])
      guard case .running = launched else { throw Failure("launched: \(launched)") }
      try expect("running", try await suite.observation(of: request.name, on: engine), is: launched)
      let removal: EngineError? =
        await { () async -> EngineError? in
          do throws(EngineError) {
            try await engine.remove(request.name)
            return nil
          } catch { return error }
        }()
      try expect("a run that runs can't be removed", removal != nil)
      try await engine.stop(request.name, grace: .seconds(10))
      try expect("outcome", try await suite.outcome(of: request.name, on: engine), is: .stopped)
      try await engine.remove(request.name)
      try expect("removed", try await suite.observation(of: request.name, on: engine), is: .absent)
      try await engine.remove(request.name)
    },
    Check(description: "a prepared run that was removed can be prepared again") { suite in
      let engine = try await suite.makeEngine()
      let request = suite.request("echo again")
      _ = try await engine.prepare(request)
      try await engine.remove(request.name)
      try await suite.start(request, on: engine)
      try expect("outcome", try await suite.outcome(of: request.name, on: engine), is: .exited(status: 0))
      try await engine.remove(request.name)
    },
    Check(description: "another engine adopts what runs") { suite in
      let request = suite.request("echo begun; sleep 600")
      try await suite.start(request, on: try await suite.makeEngine())
      let other = try await suite.makeEngine()
      guard case .running = try await suite.observation(of: request.name, on: other) else {
        throw Failure("not adopted")
      }
      try await other.stop(request.name, grace: .seconds(10))
      try expect("outcome", try await suite.outcome(of: request.name, on: other), is: .stopped)
      try expect("log", try await suite.text(of: request.name, on: other), is: "begun\n")
      try await other.remove(request.name)
    },
    Check(description: "names that nobody knows") { suite in
      let engine = try await suite.makeEngine()
      let name = suite.request("").name
      try await engine.stop(name, grace: .zero)
      try await engine.remove(name)
      try expect("details", try await engine.details(name).isEmpty)
      do throws(EngineError) {
        _ = try await engine.logs(name, options: LogOptions())
      } catch {
        guard case .terminal = error else { throw Failure("logs: \(error)") }
        return
      }
      throw Failure("logs of an unknown run")
    },
  ]
}
