import FleetModel
import PlanModel

// What a plan costs those who are displaced, and when those who wait are expected to start.

extension Fleet {
  /// The bills of a plan's preemptions, in this fleet after the plan.
  ///
  /// - Parameter former: the runs as they stood in the fleet from which the plan was made.
  func bills(for actions: [Action], startedFrom former: FormerRuns, now: Instant) -> [PreemptionBill] {
    var bills: [PreemptionBill] = []
    for action in actions {
      guard case .deployment(let victim) = action.identity else { continue }
      let preemptor: DeploymentIdentity
      switch action.kind {
      case .preempt(let other): preemptor = other
      case .stop(.preempted(let id)):
        guard let slot = deploymentsByID[id] else { continue }
        preemptor = deployments[slot].record.identity
      default: continue
      }
      guard let slot = deploymentsByIdentity[victim] else { continue }
      // A rename keeps the row and its run.
      let run = former.run(of: deployments[slot].record.id)
      var bill = PreemptionBill(
        victim: victim, preemptor: preemptor, priority: deployments[slot].effectivePriority,
        held: run?.resources ?? deployments[slot].record.traits.resources,
        elapsed: max(.zero, now - (run?.startedAt ?? now)), dependants: reliants(on: slot, former))
      bill.selection = action.selection
      bills.append(bill)
    }
    return bills
  }

  /// The deployments that had a run which relied on another's (`until: running`), directly or through others; by identity. After
  /// the plan they have stopped with it.
  private func reliants(on slot: Int, _ former: FormerRuns) -> [DeploymentIdentity] {
    var found: Set<Int> = []
    var stack = [slot]
    while let top = stack.popLast() {
      for edge in deployments[top].dependents
      where edge.until == .running && former.run(of: deployments[edge.slot].record.id) != nil {
        if found.insert(edge.slot).inserted { stack.append(edge.slot) }
      }
    }
    return found.map { deployments[$0].record.identity }.sorted()
  }
}

/// The live runs of a fleet, as they stood before a plan was made of it.
struct FormerRuns {
  private var byDeployment: [DeploymentID: RunRecord] = [:]
  private var byIdentity: [DeploymentIdentity: RunRecord] = [:]

  init(_ fleet: borrowing Fleet) {
    for run in fleet.runs.values {
      byDeployment[fleet.deployments[run.deployment].record.id] = run.record
      byIdentity[fleet.deployments[run.deployment].record.identity] = run.record
    }
  }

  /// The run that a deployment had.
  func run(of id: DeploymentID) -> RunRecord? { byDeployment[id] }
  /// The run that a deployment had, by the name that it bore then.
  func run(of identity: DeploymentIdentity) -> RunRecord? { byIdentity[identity] }

  /// What of a plan costs those that ran when it was made more than it may.
  func refusals(of plan: Plan, _ guards: PlanGuards, now: Instant) -> [Refusal] {
    var refusals: [Refusal] = []
    var stopped: [DeploymentIdentity] = []
    var seen: Set<DeploymentIdentity> = []
    var lost = 0.0
    for action in plan.actions {
      switch action.kind {
      case .stop, .preempt: break
      case .register, .update, .start, .prune, .hold: continue
      }
      // What has not executed yet loses nothing. A rename is undone first: the run is the former one's.
      guard case .deployment(let identity) = action.identity, seen.insert(identity).inserted else { continue }
      let change = plan.changes.first { $0.identity == action.identity }
      var former = identity
      if case .deployment(let name) = change?.renamedFrom { former = name }
      guard let run = run(of: former), let startedAt = run.startedAt else { continue }
      stopped.append(identity)
      lost += Double(run.resources.gpuMilli) / 1000 * Double(max(0, (now - startedAt).nanoseconds)) / 3.6e12
    }
    if guards.forbidsPreemption, !plan.bills.isEmpty { refusals.append(.preempts(plan.bills.map(\.victim).sorted())) }
    if let limit = guards.maxGPUHoursLost, lost > limit {
      refusals.append(.losesTooMuch(gpuHours: lost, limit: limit, stopped.sorted()))
    }
    if let limit = guards.maxStopped, stopped.count > limit {
      refusals.append(.stopsTooMany(stopped.sorted(), limit: limit))
    }
    return refusals
  }
}

extension Plan {
  /// Looks ahead for the starts of what the plan leaves waiting, and for the return of those whom it stops.
  mutating func lookAhead(_ rehearsal: inout Rehearsal, _ limits: ForecastLimits) {
    let forecast = Forecasting(&rehearsal, limits, startingNow: actions).forecast
    var starts: [DeploymentIdentity: ExpectedStart] = [:]
    if !bills.isEmpty { for entry in forecast.deployments { starts[entry.deployment] = entry.start } }
    for index in bills.indices { bills[index].comesBack = starts[bills[index].victim] }
    notices += forecast.releases
    self.forecast = forecast
    if limits.tellsRuns { tellOfVictims() }
  }

  /// The runs that end at once for others have their place before what comes of their deployments.
  private mutating func tellOfVictims() {
    guard let from = forecast?.from, let entries = forecast?.deployments else { return }
    for bill in bills {
      guard let place = entries.firstIndex(where: { $0.deployment == bill.victim }) else { continue }
      let began = from + TimeSpan(nanoseconds: -bill.elapsed.nanoseconds)
      forecast?.deployments[place].spans.insert(
        ForecastSpan(from: began, to: from, end: .preempted(for: bill.preemptor)), at: 0)
    }
  }
}
