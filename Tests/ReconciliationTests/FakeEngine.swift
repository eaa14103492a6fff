import EngineInterface
import FleetModel
import Foundation
import Reconciliation
import Synchronization

/// An engine in memory. What a run does follows from its command: `exit N` ends at once with that status, `hold` runs until
/// it is stopped or told to end, `missing` can't be started.
final class FakeEngine: Engine {
  struct Run {
    var request: RunRequest
    var observation: RunObservation
    var executions = 0
    var secrets: [SecretReference: String] = [:]
  }
  struct State {
    var runs: [RunName: Run] = [:]
    var log: [RunName] = []
    var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    var nextWaiter = 0
    var silence: String?
  }
  let state = Mutex(State())

  private func answer() throws(EngineError) {
    if let silence = state.withLock({ $0.silence }) { throw .retryable(silence) }
  }

  func prepare(_ request: RunRequest) async throws(EngineError) -> RunHandle {
    try answer()
    state.withLock { state in
      if state.runs[request.name] == nil { state.runs[request.name] = Run(request: request, observation: .prepared) }
    }
    return RunHandle(name: request.name, text: "handle-" + request.name.text)
  }

  func launch(_ handle: RunHandle, of request: RunRequest, secrets: [SecretReference: SecretText])
    async throws(EngineError) -> RunObservation
  {
    try answer()
    let now = SystemTime().now()
    return state.withLock { state in
      guard var run = state.runs[handle.name], run.observation == .prepared else {
        return state.runs[handle.name]?.observation ?? .absent
      }
      run.executions += 1
      run.secrets = secrets.mapValues { $0.withValue { $0 } }
      switch request.spec.command.first {
      case "exit":
        run.observation = .ended(.exited(status: Int(request.spec.command[1]) ?? 0), at: now)
      case "missing": run.observation = .ended(.failedToStart("no such file"), at: now)
      default: run.observation = .running(since: now)
      }
      state.runs[handle.name] = run
      return run.observation
    }
  }

  func observe() async throws(EngineError) -> EngineSnapshot {
    try answer()
    return state.withLock { state in
      EngineSnapshot(
        runs: state.runs.mapValues(\.observation), cursor: ObservationCursor(text: String(state.log.count)))
    }
  }

  func changes(since cursor: ObservationCursor) async throws(EngineError) -> EngineChanges {
    let from = Int(cursor.text) ?? 0
    while !Task.isCancelled {
      try answer()
      let changes = state.withLock { state -> EngineChanges? in
        if state.log.count <= from { return nil }
        var runs: [RunName: RunObservation] = [:]
        for name in state.log[from...] { runs[name] = state.runs[name]?.observation ?? .absent }
        return EngineChanges(runs: runs, cursor: ObservationCursor(text: String(state.log.count)))
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

  func wakeAll() {
    let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      defer { state.waiters = [:] }
      return Array(state.waiters.values)
    }
    for waiter in waiters { waiter.resume() }
  }

  func stop(_ name: RunName, grace: TimeSpan) async throws(EngineError) -> RunObservation {
    try answer()
    end(name, .stopped)
    return state.withLock { $0.runs[name]?.observation ?? .absent }
  }

  /// Ends a run as if by itself.
  func end(_ name: RunName, _ outcome: RunOutcome) {
    let now = SystemTime().now()
    state.withLock { state in
      guard let run = state.runs[name] else { return }
      if case .ended = run.observation { return }
      state.runs[name]?.observation = .ended(run.observation == .prepared ? .abandoned : outcome, at: now)
      state.log.append(name)
    }
    wakeAll()
  }

  func remove(_ name: RunName) async throws(EngineError) { state.withLock { $0.runs[name] = nil } }
  func logs(_ name: RunName, options: LogOptions) async throws(EngineError) -> AsyncThrowingStream<[UInt8], any Error> {
    AsyncThrowingStream { $0.finish() }
  }
  func details(_ name: RunName) async throws(EngineError) -> [(label: String, value: String)] { [] }

  /// How often each deployment was executed, by its name.
  var executions: [String: Int] {
    state.withLock { state in
      var counts: [String: Int] = [:]
      for run in state.runs.values { counts[run.request.deployment.name, default: 0] += run.executions }
      return counts
    }
  }

  /// The name of the running run of a deployment.
  func running(_ deployment: String) -> RunName? {
    state.withLock { state in
      state.runs.first { entry in
        guard entry.value.request.deployment.name == deployment, case .running = entry.value.observation else {
          return false
        }
        return true
      }?.key
    }
  }
}
