import EngineInterface
import FleetModel
import Synchronization

/// An engine in memory that does what a test tells it: every launched run is running until the test says otherwise, but
/// those whose command is `exit N`.
final class ScriptedEngine: Engine {
  struct State {
    var runs: [RunName: RunObservation] = [:]
    var requests: [RunName: RunRequest] = [:]
    var logs: [RunName: [[UInt8]]] = [:]
    var removed: [RunName] = []
    var silence: String?
  }
  let state = Mutex(State())
  let now: Instant

  init(now: Instant) { self.now = now }

  /// Changes what it knows.
  func change(_ body: @Sendable (inout sending State) -> Void) { state.withLock { body(&$0) } }
  var removed: [RunName] { state.withLock { $0.removed } }

  private func answer() throws(EngineError) {
    if let silence = state.withLock({ $0.silence }) { throw .retryable(silence) }
  }

  func prepare(_ request: RunRequest) async throws(EngineError) -> RunHandle {
    try answer()
    state.withLock {
      $0.requests[request.name] = request
      $0.runs[request.name] = $0.runs[request.name] ?? .prepared
    }
    return RunHandle(name: request.name, text: request.name.text)
  }
  func launch(_ handle: RunHandle, of request: RunRequest, secrets: [SecretReference: SecretText])
    async throws(EngineError) -> RunObservation
  {
    try answer()
    let command = request.spec.command
    let observation: RunObservation =
      command.first == "exit" ? .ended(.exited(status: Int(command[1]) ?? 0), at: now) : .running(since: now)
    state.withLock { $0.runs[handle.name] = observation }
    return observation
  }
  func observe() async throws(EngineError) -> EngineSnapshot {
    try answer()
    return EngineSnapshot(runs: state.withLock { $0.runs }, cursor: ObservationCursor(text: ""))
  }
  func changes(since cursor: ObservationCursor) async throws(EngineError) -> EngineChanges {
    // Nothing ever changes by itself; ends when the task is cancelled.
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    for await _ in stream {}
    continuation.finish()
    return EngineChanges(runs: [:], cursor: cursor)
  }
  func stop(_ name: RunName, grace: TimeSpan) async throws(EngineError) -> RunObservation {
    try answer()
    state.withLock { $0.runs[name] = .ended(.stopped, at: now) }
    return .ended(.stopped, at: now)
  }
  func remove(_ name: RunName) async throws(EngineError) {
    state.withLock {
      $0.runs[name] = nil
      $0.removed.append(name)
    }
  }
  func logs(_ name: RunName, options: LogOptions) async throws(EngineError) -> AsyncThrowingStream<[UInt8], any Error> {
    let pieces = state.withLock { $0.logs[name] ?? [] }
    return AsyncThrowingStream { continuation in
      for piece in pieces { continuation.yield(piece) }
      continuation.finish()
    }
  }
  func details(_ name: RunName) async throws(EngineError) -> [(label: String, value: String)] {
    try answer()
    return [("pid", "42"), ("containment", "cgroup")]
  }
}
