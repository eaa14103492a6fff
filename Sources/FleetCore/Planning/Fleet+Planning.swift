import Dispatch
import FleetModel
import PlanModel
import Scheduling

/// The start of carrying a plan out: its initial events have been taken, and nothing that they request has been done.
public struct PlanStart: Sendable {
  /// The fleet after the initial events.
  public var fleet: Fleet
  /// The effects that the initial events request, in order.
  public var effects: [Effect]
}

extension Fleet {
  /// Returns the plan: a fork of this fleet takes the revision, and every call that it requests succeeds at once, until
  /// it requests nothing more. Applying does the same, because it is the same function fed with the real results.
  ///
  /// - Parameters:
  ///   - events: the events that applying begins with, from `beginning`.
  ///   - engines: what the engine of a cluster that the revision creates reports when it is looked at first.
  ///   - limits: limits of the forecast for waiting deployments; `nil`: no forecast.
  public func plan(
    _ comparison: Comparison, beginningWith events: [Event]? = nil,
    engines: @escaping FirstLook = { _ in nil }, now: Instant, forecasting limits: ForecastLimits? = nil
  ) -> Plan {
    plan(
      comparison, beginningWith: events, engines: engines, now: now, forecasting: limits, keepingStart: false
    ).plan
  }

  /// Returns the plan, and with `keepingStart` the start of carrying it out. A caller that continues from that start need
  /// not step through the same events again.
  ///
  /// A caller that no longer needs this fleet should consume it: then the fork is the fleet itself and nothing is
  /// copied.
  public consuming func plan(
    _ comparison: Comparison, beginningWith events: [Event]? = nil,
    engines: @escaping FirstLook = { _ in nil }, now: Instant, forecasting limits: ForecastLimits? = nil,
    keepingStart: Bool
  ) -> (plan: Plan, start: PlanStart?) {
    var plan = Plan(source: comparison.revision.source)
    plan.asOf = now
    plan.changes = comparison.changes
    plan.unchanged = comparison.unchanged
    plan.notices = comparison.notices
    plan.refusals = comparison.refusals
    let events = events ?? beginning(comparison)
    plan.notices += drift(in: events)
    let asked = failed(amongAskedForBy: events)
    let former = FormerRuns(self)
    var rehearsal = Rehearsal(consume self, now: now, engines: engines)
    let effects = rehearsal.begin(with: events)
    let start = keepingStart ? PlanStart(fleet: rehearsal.fleet, effects: effects) : nil
    rehearsal.settle()
    plan.actions = Self.markRequested(rehearsal.takeActions(), asking: asked)
    plan.notices += rehearsal.orphans.map { .orphanStopped($0.cluster, $0.run) }
    rehearsal.fleet.addFindings(to: &plan, startedFrom: former, now: now)
    plan.refusals += former.refusals(
      of: plan, stopping: rehearsal.stopped, in: rehearsal.fleet, comparison.guards, now: now)
    if let limits { plan.addForecast(&rehearsal, limits) }
    rehearsal.fleet.freeInBackground()
    return (plan, start)
  }

  /// Frees a large fleet's memory in the background, if nothing else holds it.
  private func freeInBackground() {
    if deployments.count < Self.many { return }
    DispatchQueue.global().async { withExtendedLifetime(self) {} }
  }

  /// Adds to a plan what is read from this fleet, which has already taken the plan.
  private func addFindings(to plan: inout Plan, startedFrom former: FormerRuns, now: Instant) {
    plan.actions += holds(of: plan.source, now: now)
    plan.inheritances = inheritances(of: plan.source)
    for cluster in clusters where !cluster.isVacant {
      if let why = cluster.unknown { plan.notices.append(.clusterUnknown(cluster.record.identity, why)) }
    }
    plan.bills = bills(for: plan.actions, startedFrom: former, now: now)
    plan.notices += proofs(of: plan.actions)
    plan.assumptions = assumptions(of: plan, now: now)
  }

  /// Returns the events with which both a plan and its application begin. The declaration comes first, so that nothing
  /// is started only to be replaced; observations come last.
  public func beginning(
    _ comparison: Comparison, retrying: [DeploymentIdentity] = [], missingSecrets: [DeploymentID: String] = [:],
    observations: [ClusterID: ClusterObservation] = [:]
  ) -> [Event] {
    var events: [Event] = [.declared(comparison.revision)]
    if !missingSecrets.isEmpty { events.append(.secretsMissing(missingSecrets)) }
    if !retrying.isEmpty { events.append(.retryRequested(retrying)) }
    if !observations.isEmpty { events.append(.clustersObserved(observations)) }
    return events
  }

  /// Returns the FAILED deployments for which the events request a retry.
  private func failed(amongAskedForBy events: [Event]) -> Set<DeploymentIdentity> {
    var asked: Set<DeploymentIdentity> = []
    for case .retryRequested(let identities) in events {
      asked.formUnion(identities.filter { deployment($0)?.progress.status == .failed })
    }
    return asked
  }

  /// Returns the actions with the starts of retried deployments marked as requested: once such a deployment is PENDING
  /// again, its record does not differ from that of a lost run.
  private static func markRequested(_ actions: [Action], asking asked: Set<DeploymentIdentity>) -> [Action] {
    if asked.isEmpty { return actions }
    return actions.map { action in
      guard case .start(.again) = action.kind, case .deployment(let identity) = action.identity,
        asked.contains(identity)
      else { return action }
      return Action(.start(.requested), action.identity)
    }
  }

  /// Returns drift notices: runs that are recorded as running but that their engines report as ended or gone.
  private func drift(in events: [Event]) -> [Notice] {
    var found: [Notice] = []
    for case .clustersObserved(let observations) in events {
      for live in runs.values.sorted(by: { $0.record.id < $1.record.id }) where live.record.state == .running {
        guard case .answered(let observed, _) = observations[live.record.cluster] else { continue }
        let identity = identity(of: live)
        switch observed[live.record.name] ?? .absent {
        case .ended(let outcome, _) where outcome.isSuccess: break
        case .ended(let outcome, _): found.append(.drift(identity, "its run has ended: \(outcome.text)"))
        case .absent, .prepared: found.append(.drift(identity, "its run is gone"))
        case .unknown(let why), .foreign(let why):
          found.append(.drift(identity, "the state of its run is not known: \(why)"))
        case .queued, .running, .unsettled: break
        }
      }
    }
    return found
  }

  /// Returns the deployments of a source that should run or be deleted and do not, each with its reason, sorted by cluster
  /// and then in queue order; then the clusters, users and organizations that can't be deleted yet.
  public func holds(of source: String, now: Instant) -> [Action] {
    let id = sourcesByName[source]
    let waiting = deployments.indices.filter { slot in
      // Field by field, because a copy of the record retains everything in it.
      guard !deployments[slot].isVacant, deployments[slot].record.source == id else { return false }
      if deployments[slot].record.progress.isWithdrawn { return true }
      switch deployments[slot].record.progress.status {
      case .pending, .failed: return !deployments[slot].record.traits.suspend
      case .running:
        return deployments[slot].run.flatMap { runs[$0]?.record.generation }
          != deployments[slot].record.progress.generation
      case .completed, .cancelled: return false
      }
    }
    let ordered = waiting.sorted { left, right in
      let (a, b) = (deployments[left].record.identity.cluster, deployments[right].record.identity.cluster)
      return a == b ? comesBefore(left, right) : a < b
    }
    let holds = ordered.compactMap { slot in
      reason(of: slot, now: now).map { Action(.hold($0), .deployment(deployments[slot].record.identity)) }
    }
    let kept = withdrawn.filter { recorded($0)?.source == id }.sorted(by: >)
    return holds
      + kept.compactMap { identity in
        firstObjectNaming(identity).map { Action(.hold(.dependantsRemain([$0])), identity) }
      }
  }

  /// Returns the deployments of a source whose effective priority is above their own, each with the deployment it comes
  /// from.
  func inheritances(of source: String) -> [Inheritance] {
    let id = sourcesByName[source]
    var found: [Inheritance] = []
    for slot in deployments.indices where deployments[slot].record.source == id && !deployments[slot].isVacant {
      if let inheritance = inheritance(of: slot) { found.append(inheritance) }
    }
    return found.sorted { $0.deployment < $1.deployment }
  }

  /// Returns the source of a raised priority of a deployment that has not completed; `nil` if it has its own.
  func inheritance(of slot: DeploymentSlot) -> Inheritance? {
    let (declared, effective) = (deployments[slot].record.traits.priority, deployments[slot].effectivePriority)
    if effective <= declared || deployments[slot].record.progress.status == .completed { return nil }
    return conferrer(of: effective, to: slot).map { from in
      Inheritance(
        deployment: deployments[slot].record.identity, declared: declared, effective: effective,
        from: deployments[from].record.identity)
    }
  }

  /// Returns the deployment whose own priority another inherits through its dependents; the first by identity at each
  /// step.
  private func conferrer(of priority: Priority, to slot: DeploymentSlot) -> DeploymentSlot? {
    var current = slot
    while deployments[current].record.traits.priority < priority {
      let next = deployments[current].dependents.filter { edge in
        deployments[edge.slot].published.confers(along: edge.until) == priority
      }.map(\.slot).min { deployments[$0].record.identity < deployments[$1].record.identity }
      guard let next else { return nil }
      current = next
    }
    return current
  }
}
