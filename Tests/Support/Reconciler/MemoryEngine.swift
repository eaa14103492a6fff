import EngineInterface
import FleetModel
import Reconciliation
import Synchronization

/// An engine in memory. A run does what its command says: `exit N` ends at once with that status, `missing` can not be
/// started, and anything else runs until it is stopped or the test ends it.
public final class MemoryEngine: Engine {
  /// Calls of an engine.
  public enum Method: String, Sendable, CaseIterable {
    case prepare, launch, observe, closer, changes, settle, stop, remove, details
  }

  /// The runs of the engine, and what the test wants of it.
  public struct State: Sendable {
    /// The runs that the engine has.
    public var runs: [RunName: RunObservation] = [:]
    /// The requests by which they were prepared.
    public var requests: [RunName: RunRequest] = [:]
    /// Number of executions of each run.
    public var executions: [RunName: Int] = [:]
    /// Runs that were removed, in order.
    public var removed: [RunName] = []
    /// Runs that were settled, in order.
    public var settled: [RunName] = []
    /// Number of looks at all runs.
    public var looks = 0
    /// Number of looks at some runs.
    public var looksAtSome = 0
    /// Runs of other owners, each with whose it is.
    public var owners: [RunName: String] = [:]
    /// The output of each run, in pieces.
    public var logs: [RunName: [[UInt8]]] = [:]
    /// The reason why the engine does not answer; `nil` if it answers.
    public var silence: String?
    /// Calls that never come back, unless their task is cancelled.
    public var hanging: Set<Method> = []
    /// Number of the next calls that fail, by method.
    public var failures: [Method: Int] = [:]
    fileprivate var changes: [RunName] = []
    fileprivate var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    fileprivate var nextWaiter = 0
    fileprivate var calls = 0
    fileprivate var callWaiters: [Int: CheckedContinuation<Void, Never>] = [:]
  }

  private let state = Mutex(State())
  private let time: any TimeSource

  /// An engine without runs, which takes its time from a source.
  public init(time: any TimeSource) { self.time = time }

  // MARK: Control by a test

  /// Changes the state of the engine as a test wants it. Nothing is reported of it.
  public func change(_ body: @Sendable (inout sending State) -> Void) { state.withLock { body(&$0) } }

  /// The runs that the engine has.
  public var runs: [RunName: RunObservation] { state.withLock { $0.runs } }

  /// Number of looks at all runs, and at some.
  public var looks: (all: Int, some: Int) { state.withLock { ($0.looks, $0.looksAtSome) } }

  /// Runs that were removed, in order.
  public var removed: [RunName] { state.withLock { $0.removed } }

  /// Runs that were settled, in order.
  public var settled: [RunName] { state.withLock { $0.settled } }

  /// Number of executions of each deployment, by its name.
  public var executions: [String: Int] {
    state.withLock { state in
      var counts: [String: Int] = [:]
      for (name, request) in state.requests {
        counts[request.deployment.name, default: 0] += state.executions[name] ?? 0
      }
      return counts
    }
  }

  /// Returns the name of the running run of a deployment; `nil` if there is none.
  public func running(_ deployment: String) -> RunName? {
    state.withLock { state in
      state.runs.first { name, observation in
        if case .running = observation { state.requests[name]?.deployment.name == deployment } else { false }
      }?.key
    }
  }

  /// Ends a run as if by itself.
  public func end(_ name: RunName, _ outcome: RunOutcome) {
    let now = time.now()
    let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      guard let observation = state.runs[name] else { return [] }
      if case .ended = observation { return [] }
      state.runs[name] = .ended(observation == .prepared ? .abandoned : outcome, at: now)
      state.changes.append(name)
      defer { state.waiters = [:] }
      return Array(state.waiters.values)
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Waits until calls have brought the engine into a state.
  ///
  /// - Throws: `CancellationError` when the task is cancelled.
  public func wait(until isMet: @Sendable (State) -> Bool) async throws {
    while true {
      let (isReached, seen) = state.withLock { (isMet($0), $0.calls) }
      if isReached { return }
      try Task.checkCancellation()
      await nextCall(after: seen)
    }
  }

  private func nextCall(after seen: Int) async {
    let id = state.withLock { state -> Int in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isLate = state.withLock { state in
          if state.calls > seen || Task.isCancelled { return true }
          state.callWaiters[id] = continuation
          return false
        }
        if isLate { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.callWaiters.removeValue(forKey: id) }?.resume()
    }
  }

  /// Counts a call that has had its effect.
  private func noteCall() {
    let waiters = state.withLock { state in
      state.calls += 1
      defer { state.callWaiters = [:] }
      return state.callWaiters.values
    }
    for waiter in waiters { waiter.resume() }
  }

  // MARK: Engine

  private func answer(_ method: Method) async throws(EngineError) {
    while state.withLock({ $0.hanging.contains(method) }), !Task.isCancelled {
      do { try await Task.sleep(for: .seconds(3600)) } catch { break }
    }
    if let silence = state.withLock({ $0.silence }) { throw .retryable(silence) }
    let fails = state.withLock { state in
      guard let left = state.failures[method], left > 0 else { return false }
      state.failures[method] = left - 1
      return true
    }
    if !fails { return }
    noteCall()
    throw .retryable("\(method.rawValue) failed")
  }

  public func prepare(_ request: RunRequest) async throws(EngineError) -> RunHandle {
    try await answer(.prepare)
    state.withLock { state in
      state.requests[request.name] = request
      if state.runs[request.name] == nil { state.runs[request.name] = .prepared }
    }
    return RunHandle(name: request.name, text: request.name.text)
  }

  public func launch(_ handle: RunHandle, of request: RunRequest, secrets: [SecretReference: SecretText])
    async throws(EngineError) -> RunObservation
  {
    try await answer(.launch)
    let now = time.now()
    return state.withLock { state in
      guard state.runs[handle.name] == .prepared else { return state.runs[handle.name] ?? .absent }
      let command = request.spec.command
      let observation: RunObservation =
        switch command.first {
        case "exit": .ended(.exited(status: Int(command[1]) ?? 0), at: now)
        case "missing": .ended(.failedToStart("no such file"), at: now)
        default: .running(since: now)
        }
      state.executions[handle.name, default: 0] += 1
      state.runs[handle.name] = observation
      return observation
    }
  }

  public func observe() async throws(EngineError) -> EngineSnapshot {
    try await answer(.observe)
    defer { noteCall() }
    return state.withLock { state in
      state.looks += 1
      return EngineSnapshot(runs: state.runs, cursor: ObservationCursor(text: String(state.changes.count)))
    }
  }

  public func look(at names: [RunName]) async throws(EngineError) -> [RunName: RunObservation] {
    try await answer(.observe)
    defer { noteCall() }
    return state.withLock { state in
      state.looksAtSome += 1
      return state.runs.filter { names.contains($0.key) }
    }
  }

  public func changes(since cursor: ObservationCursor) async throws(EngineError) -> EngineChanges {
    let from = Int(cursor.text) ?? 0
    while !Task.isCancelled {
      try await answer(.changes)
      let changes = state.withLock { state -> EngineChanges? in
        if state.changes.count <= from { return nil }
        var runs: [RunName: RunObservation] = [:]
        for name in state.changes[from...] { runs[name] = state.runs[name] ?? .absent }
        return EngineChanges(runs: runs, cursor: ObservationCursor(text: String(state.changes.count)))
      }
      if let changes { return changes }
      await nextChange()
    }
    return EngineChanges(runs: [:], cursor: cursor)
  }

  private func nextChange() async {
    let id = state.withLock { state -> Int in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        state.withLock { $0.waiters[id] = continuation }
        if Task.isCancelled { state.withLock { $0.waiters.removeValue(forKey: id) }?.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
    }
  }

  public func lookCloser(missing: [RunName], strange: [RunName]) async throws(EngineError) -> [RunName: RunObservation]
  {
    try await answer(.closer)
    defer { noteCall() }
    let owners = state.withLock { $0.owners }
    return Dictionary(
      strange.compactMap { name in owners[name].map { (name, .foreign($0)) } }, uniquingKeysWith: { first, _ in first })
  }

  public func settle(_ name: RunName) async throws(EngineError) -> RunObservation {
    try await answer(.settle)
    defer { noteCall() }
    let now = time.now()
    return state.withLock { state in
      guard case .unsettled(let outcome) = state.runs[name] else { return state.runs[name] ?? .absent }
      state.settled.append(name)
      state.runs[name] = .ended(outcome, at: now)
      return .ended(outcome, at: now)
    }
  }

  public func stop(_ name: RunName, grace: TimeSpan) async throws(EngineError) -> RunObservation {
    try await answer(.stop)
    end(name, .stopped)
    return state.withLock { $0.runs[name] ?? .absent }
  }

  public func remove(_ name: RunName) async throws(EngineError) {
    try await answer(.remove)
    state.withLock {
      $0.runs[name] = nil
      $0.removed.append(name)
    }
  }

  public func logs(_ name: RunName, options: LogOptions) async throws(EngineError)
    -> AsyncThrowingStream<[UInt8], any Error>
  {
    let pieces = state.withLock { $0.logs[name] ?? [] }
    return AsyncThrowingStream { continuation in
      for piece in pieces { continuation.yield(piece) }
      continuation.finish()
    }
  }

  public func details(_ name: RunName) async throws(EngineError) -> [(label: String, value: String)] {
    try await answer(.details)
    return [("pid", "42"), ("containment", "cgroup")]
  }
}
