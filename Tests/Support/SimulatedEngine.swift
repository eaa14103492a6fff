import FleetModel

/// A simulated engine: idempotent by the run's name, as the protocol requires, with its own account of all executions
/// that no failure touches.
struct SimulatedEngine: Sendable {
  enum State: Sendable, Hashable {
    case prepared
    case queued
    case running(since: Instant)
    case ended(RunOutcome, at: Instant)
  }

  struct Entry: Sendable {
    var state: State
    var deployment: DeploymentID?
    var gpus: [GPUShare] = []
    /// Rises with every change of plans, so that an end planned earlier is recognized as void.
    var plan = 0
  }

  var entries: [RunName: Entry] = [:]
  /// Number of executions of each attempt.
  var executions: [RunName: Int] = [:]
  /// Runs that really execute.
  var executing: Set<RunName> {
    Set(entries.filter { if case .running = $0.value.state { true } else { false } }.keys)
  }
  /// True if the engine does not answer.
  var isOut = false
  /// True if a stopped run that never executed is forgotten instead of being reported as ended.
  var forgetsUnexecuted = false

  mutating func prepare(_ name: RunName, of deployment: DeploymentID, gpus: [GPUShare]) -> String {
    if entries[name] == nil { entries[name] = Entry(state: .prepared, deployment: deployment, gpus: gpus) }
    return "handle-" + name.text
  }

  /// Launches a run; true if it now executes for the first time or is queued, so that the caller plans its end or its
  /// start.
  mutating func launch(_ name: RunName, queues: Bool, now: Instant) -> Result<Bool, CallFailure> {
    guard let entry = entries[name] else { return .failure(.terminal("no such run")) }
    guard entry.state == .prepared else { return .success(false) }
    if queues { entries[name]?.state = .queued } else { execute(name, now: now) }
    return .success(true)
  }

  mutating func execute(_ name: RunName, now: Instant) {
    entries[name]?.state = .running(since: now)
    entries[name]?.plan += 1
    executions[name, default: 0] += 1
  }

  /// Requests a stop; true if the run executes and is to end within its grace period.
  mutating func stop(_ name: RunName, now: Instant) -> Bool {
    switch entries[name]?.state {
    case .prepared, .queued:
      entries[name]?.plan += 1
      if forgetsUnexecuted { entries[name] = nil } else { entries[name]?.state = .ended(.abandoned, at: now) }
      return false
    case .running: return true
    case .ended, nil: return false
    }
  }

  /// Ends a run; true if it had not ended yet.
  mutating func end(_ name: RunName, _ outcome: RunOutcome, now: Instant) -> Bool {
    guard case .running = entries[name]?.state else { return false }
    entries[name]?.state = .ended(outcome, at: now)
    entries[name]?.plan += 1
    return true
  }

  func observation(of name: RunName) -> RunObservation {
    switch entries[name]?.state {
    case .prepared: .prepared
    case .queued: .queued("in line")
    case .running(let since): .running(since: since)
    case .ended(let outcome, let at): .ended(outcome, at: at)
    case nil: .absent
    }
  }

  var snapshot: [RunName: RunObservation] {
    Dictionary(uniqueKeysWithValues: entries.keys.map { ($0, observation(of: $0)) })
  }
}

extension CallFailure: Error {}
