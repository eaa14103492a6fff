import FleetModel

/// An engine without a machine: idempotent by the run's name, as the protocol of engines asks, and with an account of its
/// own of what it ever executed, which no failure touches.
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
    /// Rises with every change of its plans, so that an end that was planned before is known to be void.
    var plan = 0
  }

  var entries: [RunName: Entry] = [:]
  /// How often each attempt was executed, ever.
  var executions: [RunName: Int] = [:]
  /// Since when each run executes: the truth.
  var executing: Set<RunName> {
    Set(entries.filter { if case .running = $0.value.state { true } else { false } }.keys)
  }
  /// It does not answer until then.
  var isOut = false
  /// A stopped run that never executed is forgotten, instead of being reported as ended.
  var forgetsUnexecuted = false

  mutating func prepare(_ name: RunName, of deployment: DeploymentID, gpus: [GPUShare]) -> String {
    if entries[name] == nil { entries[name] = Entry(state: .prepared, deployment: deployment, gpus: gpus) }
    return "handle-" + name.text
  }

  /// True: it executes now for the first time, or is queued; the caller plans its end or its start.
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

  /// True: it executes, and is to end within its grace.
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

  /// True: it had not ended yet.
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
