import FleetModel
import PlanModel
import Scheduling

// The cost of a plan's preemptions, and the expected starts of waiting deployments.

extension Fleet {
  /// Returns the bills of a plan's preemptions; this is the fleet after the plan.
  ///
  /// - Parameter former: the runs before the plan.
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
      // A renamed deployment keeps its row and its run.
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

  /// Returns the deployments whose runs relied on another's run (`until: running`), directly or through others, sorted
  /// by identity. The plan has stopped them with it.
  private func reliants(on slot: DeploymentSlot, _ former: FormerRuns) -> [DeploymentIdentity] {
    var found: Set<DeploymentSlot> = []
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

/// The live runs of a fleet before a plan.
struct FormerRuns {
  private var byDeployment: [DeploymentID: RunRecord] = [:]
  private var byName: [RunName: RunRecord] = [:]

  init(_ fleet: borrowing Fleet) {
    for run in fleet.runs.values {
      byDeployment[fleet.deployments[run.deployment].record.id] = run.record
      byName[run.record.name] = run.record
    }
  }

  /// Returns the former run of a deployment.
  func run(of id: DeploymentID) -> RunRecord? { byDeployment[id] }

  /// Returns a refusal for each guard whose limit a rehearsal exceeds. Runs are counted, not deployments, because these
  /// may have other names after the plan, or be gone.
  func refusals(of plan: Plan, stopping names: [RunName], in fleet: Fleet, _ guards: PlanGuards, now: Instant)
    -> [Refusal]
  {
    // A run that has not executed yet loses no work; one that was stopping already is not stopped by the plan.
    let runs = Set(names).compactMap { byName[$0] }.filter { $0.startedAt != nil && $0.state != .stopping }
    let stopped = runs.map { run in
      fleet.deploymentsByID[run.deployment].map { fleet.deployments[$0].record.identity } ?? run.identity
    }.sorted()
    let lost = runs.map { run in
      Double(run.resources.gpuMilli) / 1000
        * Double(max(0, (now - (run.startedAt ?? now)).nanoseconds)) / 3.6e12
    }.sorted().reduce(0, +)
    var refusals: [Refusal] = []
    if guards.forbidsPreemption, !plan.bills.isEmpty { refusals.append(.preempts(plan.bills.map(\.victim).sorted())) }
    if let limit = guards.maxGPUHoursLost, lost > limit {
      refusals.append(.losesTooMuch(gpuHours: lost, limit: limit, stopped))
    }
    if let limit = guards.maxStopped, stopped.count > limit {
      refusals.append(.stopsTooMany(stopped, limit: limit))
    }
    return refusals
  }
}

extension Plan {
  /// Adds a forecast: expected starts of deployments that the plan leaves waiting, and of those it preempts.
  mutating func addForecast(_ rehearsal: inout Rehearsal, _ limits: ForecastLimits) {
    let forecast = ForecastBuilder(&rehearsal, limits, startingNow: actions).forecast
    var starts: [DeploymentIdentity: ExpectedStart] = [:]
    if !bills.isEmpty { for entry in forecast.deployments { starts[entry.deployment] = entry.start } }
    for index in bills.indices { bills[index].comesBack = starts[bills[index].victim] }
    notices += forecast.releases
    self.forecast = forecast
    if limits.includesRuns { addVictimSpans() }
  }

  /// Inserts preempted runs before the other spans of their deployments.
  private mutating func addVictimSpans() {
    guard let from = forecast?.from, let entries = forecast?.deployments else { return }
    for bill in bills {
      guard let position = entries.firstIndex(where: { $0.deployment == bill.victim }) else { continue }
      let began = from + TimeSpan(nanoseconds: -bill.elapsed.nanoseconds)
      forecast?.deployments[position].spans.insert(
        ForecastSpan(from: began, to: from, end: .preempted(for: bill.preemptor)), at: 0)
    }
  }
}
