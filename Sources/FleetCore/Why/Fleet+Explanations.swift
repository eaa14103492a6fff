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
  ///   - engines: what the engine of a cluster that they create reports when it is looked at first.
  ///   - lastOutcome: how its last run ended; `nil` if none has, or that is not known.
  /// - Throws: `SpecCodingError` if a recorded spec is damaged.
  public func explanation(
    of identity: DeploymentIdentity, beginningWith events: [Event] = [],
    engines: @escaping FirstLook = { _ in nil }, lastOutcome: RunOutcome? = nil, now: Instant
  ) throws -> Explanation? {
    try explained(identity, beginningWith: events, engines: engines, lastOutcome: lastOutcome, now: now)?.explanation
  }

  /// Returns an explanation with what it has cost.
  package func explained(
    _ identity: DeploymentIdentity, beginningWith events: [Event] = [],
    engines: @escaping FirstLook = { _ in nil }, lastOutcome: RunOutcome? = nil, now: Instant
  ) throws -> (explanation: Explanation, work: ExplanationWork)? {
    let present = Present(self, beginningWith: events, engines: engines, now: now)
    guard let slot = present.fleet.deploymentsByIdentity[identity] else { return nil }
    var explanation = present.explanation(of: slot)
    if explanation.state == .leaving { return (explanation, ExplanationWork()) }
    var trial = Trial(of: identity, on: self, beginningWith: events, engines: engines, now: now)
    if explanation.state == .waits { explanation.start = trial.expectedStart() }
    switch explanation.state {
    case .waits, .startsNext, .failed, .completed:
      if explanation.state == .failed { explanation.lastOutcome = lastOutcome }
      var search = SuggestionSearch(trial, lastOutcome: explanation.lastOutcome)
      try search.run(start: explanation.start)
      explanation.suggestions = search.suggestions
      return (explanation, search.work)
    case .starting, .running, .leaving: return (explanation, trial.work)
    }
  }
}

extension Present {
  /// Returns the explanation without suggestions, before any trial.
  fileprivate func explanation(of slot: DeploymentSlot) -> Explanation {
    let record = fleet.deployments[slot].record
    let standing = standing(of: slot, withHolders: true)
    var explanation = Explanation(
      deployment: record.identity, at: now, status: standing.status, state: standing.state, reason: standing.reason,
      priority: record.traits.priority, since: record.progress.queuedAt)
    explanation.ends = fleet.deployments[slot].run.flatMap { fleet.end(ofRun: $0, now: now) }
    explanation.inheritance = fleet.inheritancePath(of: slot)
    if explanation.state == .running {
      explanation.since = fleet.liveRun(of: slot)?.record.startedAt ?? explanation.since
    }
    guard explanation.state == .waits else { return explanation }
    explanation.promise = promise(of: slot)
    explanation.chain = chain(from: slot)
    if let root = explanation.chain.last {
      explanation.shortage = shortage(of: root.deployment, waitingFor: root.reason)
    }
    return explanation
  }
}

extension Fleet {
  /// Returns the path from a deployment to the one whose own priority it inherits; empty if it has its own.
  fileprivate func inheritancePath(of slot: DeploymentSlot) -> [Explanation.PriorityStep] {
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
