import FleetModel
import PlanModel
import Scheduling

extension Fleet {
  /// Returns a deployment's status with its reason, its shortage, and the smallest changes that would start it, each
  /// tried on a fork. `nil` if there is no such deployment, neither in this fleet nor after the events.
  ///
  /// - Parameters:
  ///   - events: declarations and observations that this fleet has not taken, in the order of `beginning`; empty if it
  ///     is up to date.
  ///   - engines: for a cluster that they create, the reason why its engine does not answer; `nil` if it answers.
  /// - Throws: `SpecCodingError` if a recorded spec is damaged.
  public func explanation(
    of identity: DeploymentIdentity, beginningWith events: [Event] = [],
    engines: @escaping (EngineSpec) -> String? = { _ in nil }, now: Instant
  ) throws -> Explanation? {
    var settled = self
    var decided: [Action] = []
    var pending: [Event] = events
    while !pending.isEmpty {
      var next: [Event] = []
      for event in pending {
        for effect in step(&settled, event, now: now) {
          switch effect {
          case .commit(let commit): decided += commit.actions
          case .observe(let id): next += settled.firstObservation(of: id, engines)
          default: break
          }
        }
      }
      pending = next
    }
    guard let slot = settled.deploymentsByIdentity[identity] else { return nil }
    var explanation = settled.explanation(ofSettled: slot, decided: decided, now: now)
    if explanation.state == .leaving { return explanation }
    let trial = Trial(of: identity, on: self, beginningWith: events, engines: engines, now: now)
    if explanation.state == .waits { explanation.start = trial.expectedStart() }
    switch explanation.state {
    case .waits, .startsNext, .failed, .completed:
      var search = SuggestionSearch(trial)
      try search.run(start: explanation.start)
      explanation.suggestions = search.suggestions
    case .starting, .running, .leaving: break
    }
    return explanation
  }

  /// Returns the observation of a new cluster, on which nothing runs yet.
  private func firstObservation(of id: ClusterID, _ engines: (EngineSpec) -> String?) -> [Event] {
    guard let slot = clustersByID[id] else { return [] }
    if let why = engines(clusters[slot].record.engine) { return [.clustersObserved([id: .unknown(why)])] }
    return [.clustersObserved([id: recordedObservation(of: clusters[slot])])]
  }

  /// Returns the explanation without suggestions, before any trial.
  private func explanation(ofSettled slot: DeploymentSlot, decided: [Action], now: Instant) -> Explanation {
    let record = deployments[slot].record
    let run = deployments[slot].run.flatMap { runs[$0] }
    let reason = reason(of: slot, now: now)
    var explanation = Explanation(
      deployment: record.identity, at: now, status: record.progress.status, state: .waits, reason: reason,
      priority: record.traits.priority, since: record.progress.queuedAt)
    explanation.ends = deployments[slot].run.flatMap { end(ofRun: $0, now: now) }
    explanation.inheritance = inheritancePath(of: slot)
    explanation.state = state(of: slot, reason, decided)
    if explanation.state == .running { explanation.since = run?.record.startedAt ?? explanation.since }
    if explanation.state == .startsNext { explanation.reason = nil }
    guard explanation.state == .waits else { return explanation }
    let links = chainOfWaiting(from: slot, now: now)
    explanation.chain = links.map { link in
      let record = deployments[link.slot].record
      return Explanation.ChainLink(
        deployment: record.identity, status: record.progress.status, reason: link.reason,
        ends: deployments[link.slot].run.flatMap { end(ofRun: $0, now: now) }, until: link.until)
    }
    if let root = links.last {
      switch root.reason {
      case .neverFits, .overcommitted, .heldByServices, .runsStopping, .behindReservation, .insufficientCapacity:
        explanation.shortage = shortage(of: root.slot, now: now)
      default: break
      }
    }
    return explanation
  }

  private func state(of slot: DeploymentSlot, _ reason: Reason?, _ decided: [Action]) -> Explanation.State {
    let record = deployments[slot].record
    if record.progress.isWithdrawn { return .leaving }
    // Actions decided just now are not carried out until somebody applies them.
    let isDecided = decided.contains { action in
      switch action.kind {
      case .start, .stop(.replaced): action.identity == .deployment(record.identity)
      case .preempt(let other): other == record.identity
      default: false
      }
    }
    if isDecided { return .startsNext }
    if record.progress.status == .completed { return .completed }
    if reason == nil {
      guard let run = deployments[slot].run.flatMap({ runs[$0] })?.record else { return .startsNext }
      return run.state == .running ? .running : .starting
    }
    if case .failed = reason { return .failed }
    return .waits
  }

  /// Returns the path from a deployment to the one whose own priority it inherits; empty if it has its own.
  private func inheritancePath(of slot: DeploymentSlot) -> [Explanation.PriorityStep] {
    let effective = deployments[slot].effectivePriority
    var path: [DeploymentSlot] = [slot]
    while let last = path.last, deployments[last].record.traits.priority < effective {
      let next = deployments[last].dependents.filter { edge in
        deployments[edge.slot].published.confers(along: edge.until) == effective
      }.map(\.slot).min { deployments[$0].record.identity < deployments[$1].record.identity }
      guard let next else { return [] }
      path.append(next)
    }
    if path.count == 1 || deployments[slot].record.progress.status == .completed { return [] }
    return path.map {
      Explanation.PriorityStep(
        deployment: deployments[$0].record.identity, priority: deployments[$0].record.traits.priority)
    }
  }
}
