import FleetCore
import FleetModel

// Handling of a world's events.

extension SimulatedWorld {
  mutating func handle(_ happening: WorldEvent.Happening) throws {
    switch happening {
    case .operation(let index): try carryOut(operations[index])
    case .calm: try becomeCalm()
    case .wake(let epoch): if epoch == self.epoch { try deliver(.timer) }
    case .land(let id): try landed(id)
    case .reply(let epoch, let name, let result):
      guard epoch == self.epoch else { break }
      note("reply \(name.text) \(result)")
      try deliver(.callFinished(name, result))
    case .looks(let epoch):
      guard epoch == self.epoch else { break }
      beginLooks()
      if random.chance(20) { try checkReload() }
      schedule(in: 30_000 + delay(30_000), .looks(epoch: epoch))
    case .lookBegins(let epoch, let clusters):
      guard epoch == self.epoch else { break }
      schedule(in: delay(2000), .lookTaken(epoch: epoch, clusters, asOf: fleet.stepCount))
    case .lookTaken(let epoch, let clusters, let asOf):
      guard epoch == self.epoch else { break }
      schedule(in: delay(2000), .lookDelivered(epoch: epoch, look(at: clusters, asOf: asOf)))
    case .lookDelivered(let epoch, let observations):
      guard epoch == self.epoch else { break }
      note("look delivered")
      try deliver(.clustersObserved(observations))
    case .feed(let epoch, let cluster, let runs):
      guard epoch == self.epoch else { break }
      note("feed \(runs.map { "\($0.key.text) \($0.value)" }.sorted())")
      try deliver(.runsObserved(cluster, runs))
    case .engineStarts(let cluster, let name, let plan):
      guard let entry = engines[cluster]?.entries[name], entry.plan == plan, entry.state == .queued else { break }
      try execute(name, on: cluster)
    case .engineEnds(let cluster, let name, let outcome, let plan):
      guard engines[cluster]?.entries[name]?.plan == plan else { break }
      end(name, outcome, on: cluster)
    case .outageEnds(let cluster):
      engines[cluster]?.isOut = false
      note("outage of \(cluster.value) ends")
    case .restart(let epoch): if epoch == self.epoch { try restart() }
    }
  }

  /// Begins a command: compares the declarations with the loaded state, and observes the engines.
  private mutating func restart() throws {
    let comparison = try comparison(of: applied)
    guard comparison.changes.isEmpty else {
      throw violation("what was applied before a crash is what is loaded", "\(comparison.changes)")
    }
    note("restart")
    let epoch = self.epoch
    schedule(in: delay(1000), .looks(epoch: epoch))
    try deliver(.declared(comparison.revision))
  }

  private mutating func beginLooks() {
    for cluster in engines.keys.sorted() where !isCalm && engines[cluster]?.isOut == false { forget(on: cluster) }
    let clusters = engines.keys.sorted()
    if clusters.isEmpty { return }
    if random.chance(50) {
      schedule(in: delay(500), .lookBegins(epoch: epoch, clusters))
    } else {
      for cluster in clusters { schedule(in: delay(500), .lookBegins(epoch: epoch, [cluster])) }
    }
  }

  /// Retention: removes runs that have ended and are recorded so.
  private mutating func forget(on cluster: ClusterID) {
    for name in (engines[cluster]?.entries ?? [:]).keys.sorted() {
      guard case .ended = engines[cluster]?.entries[name]?.state, journal.liveByName[name] == nil, random.chance(30)
      else { continue }
      engines[cluster]?.entries[name] = nil
    }
  }

  private func look(at clusters: [ClusterID], asOf: Int) -> [ClusterID: ClusterObservation] {
    var observations: [ClusterID: ClusterObservation] = [:]
    for cluster in clusters {
      guard let engine = engines[cluster] else { continue }
      observations[cluster] = engine.isOut ? .unknown("no answer") : .answered(runs: engine.snapshot, asOf: asOf)
    }
    return observations
  }

  private mutating func becomeCalm() throws {
    note("CALM")
    isCalm = true
    crashIn = nil
    for cluster in engines.keys.sorted() { engines[cluster]?.isOut = false }
    if hasHungCall { try crash() }
    if isAtRisk { schedule(in: 5000, .looks(epoch: epoch)) }
  }

  /// True if a crash has left no round of observations.
  private var isAtRisk: Bool { epoch > 0 }

  // MARK: Calls

  mutating func begin(_ call: WorldCall) {
    var call = call
    if !isCalm {
      switch random.below(100) {
      case 0..<7: call.fate = .failsBefore
      case 7..<12: call.fate = .failsAfter
      case 12..<14: call.fate = .hangs
      case 14 where call.kind == .prepare: call.fate = .terminal
      case 15 where call.kind == .launch: call.fate = .secretMissing
      default: break
      }
    }
    note("call \(call.kind) \(call.name.text) \(call.fate)")
    if call.fate == .hangs { hasHungCall = true }
    calls[nextCall] = call
    schedule(in: delay(2000), .land(nextCall))
    nextCall += 1
  }

  private mutating func landed(_ id: Int) throws {
    guard var call = calls[id] else { return }
    let result = try land(call)
    call.hasLanded = true
    calls[id] = call.fate == .hangs ? call : nil
    if call.fate == .hangs { return }
    let answer = delay(2000)
    schedule(in: answer, .reply(epoch: call.epoch, call.name, result))
    if !isCalm, random.chance(5) { schedule(in: answer + delay(20_000), .reply(epoch: call.epoch, call.name, result)) }
  }

  /// Carries out a call, or not; returns the answer that it will give.
  mutating func land(_ call: WorldCall) throws -> CallResult {
    note("land \(call.kind) \(call.name.text)")
    let failure = CallResult.failed(call.kind, .retryable("simulated"))
    if engines[call.cluster]?.isOut ?? true { return failure }
    switch call.fate {
    case .failsBefore: return failure
    case .terminal: return .failed(call.kind, .terminal("simulated"))
    case .secretMissing: return .failed(call.kind, .secretUnavailable("simulated"))
    case .succeeds, .failsAfter, .hangs: break
    }
    let result = try takePlace(call)
    return call.fate == .failsAfter ? failure : result
  }

  private mutating func takePlace(_ call: WorldCall) throws -> CallResult {
    let (name, cluster) = (call.name, call.cluster)
    switch call.kind {
    case .prepare:
      guard let run = journal.liveByName[name].flatMap({ journal.runs[$0] }) else {
        throw violation("a call is for a recorded run", "prepare \(name.text)")
      }
      let handle = engines[cluster]?.prepare(name, of: run.deployment, gpus: run.gpus) ?? ""
      return .prepared(handle: handle)
    case .launch:
      guard let entry = engines[cluster]?.entries[name] else { return .launched(.absent) }
      if entry.state == .prepared {
        if random.chance(10) {
          engines[cluster]?.entries[name]?.state = .queued
          schedule(in: delay(60_000), .engineStarts(cluster, name, plan: entry.plan))
          tell(name, on: cluster)
        } else {
          try execute(name, on: cluster)
        }
      }
      return .launched(engines[cluster]?.observation(of: name) ?? .absent)
    case .stop:
      if engines[cluster]?.stop(name, now: now) == true { planStop(name, on: cluster, grace: call.grace) }
      tell(name, on: cluster)
      return .stopRequested(engines[cluster]?.observation(of: name) ?? .absent)
    }
  }
}
