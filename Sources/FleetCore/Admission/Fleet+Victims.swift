import FleetModel
import PlanModel
import Scheduling

// Who may be stopped, and what stops with it.

/// A run that may be stopped for another, with all that loses a dependency by it.
struct VictimUnit {
  var run: RunID
  /// Itself first.
  var stops: [RunID]
  /// When all of them have had their minimum.
  var eligibleAt: Instant
}

/// What one cluster has to stop for a deployment of some priority.
struct VictimSupply {
  /// Of `HoldersByPriority`.
  var version: Int
  var units: [VictimUnit]
  /// When the next of them has had its minimum.
  var next: Instant?
  /// What those who may be stopped now hold, and those who are stopping already.
  var eligible = Resources.zero
}

extension Fleet {

  /// What would have to stop if a run was preempted; nil: some of it may not be. Time is left out of it.
  func unit(of id: RunID, for members: [DeploymentSlot], below priority: Priority) -> VictimUnit? {
    var unit = VictimUnit(run: id, stops: [id], eligibleAt: Instant(nanoseconds: .min))
    var next = 0
    while next < unit.stops.count {
      guard let run = runs[unit.stops[next]] else { return nil }
      next += 1
      let slot = run.deployment
      let scheduling = clusters[run.cluster].record.scheduling
      guard scheduling.preemption == .lowerPriority, clusters[run.cluster].unknown == nil,
        deployments[slot].record.traits.preemptible, !deployments[slot].record.traits.protect,
        deployments[slot].effectivePriority < priority, !members.contains(slot)
      else { return nil }
      let minimum = (run.record.startedAt ?? run.record.createdAt) + scheduling.minimumRuntime
      unit.eligibleAt = max(unit.eligibleAt, minimum)
      for edge in deployments[slot].dependents where edge.until == .running {
        guard let dependant = deployments[edge.slot].run, runs[dependant]?.record.state != .stopping else { continue }
        if !unit.stops.contains(dependant) { unit.stops.append(dependant) }
      }
    }
    return unit
  }

  /// Who may be stopped on the cluster of a pass for one deployment of some priority; looked up once as long as nothing changes.
  func supply(below priority: Priority, _ pass: inout AdmissionPass) -> VictimSupply {
    let version = clusters[pass.cluster].holders.version
    if let known = pass.supplies[priority], known.version == version { return known }
    let (units, next) = units(for: [], on: [pass.cluster], below: priority, now: pass.now)
    var supply = VictimSupply(version: version, units: units, next: next)
    for id in Set(units.filter { $0.eligibleAt <= pass.now }.flatMap(\.stops)) {
      if let run = runs[id], run.cluster == pass.cluster { supply.eligible += run.record.resources }
    }
    for id in clusters[pass.cluster].stopping { supply.eligible += runs[id]?.record.resources ?? .zero }
    pass.supplies[priority] = supply
    return supply
  }

  /// All on some clusters that may be stopped for a gang, those that had their minimum and those that had not.
  func units(for members: [DeploymentSlot], on places: [ClusterSlot], below priority: Priority, now: Instant) -> (
    units: [VictimUnit], next: Instant?
  ) {
    var units: [VictimUnit] = []
    for place in places {
      for id in clusters[place].holders.below(priority).sorted() {
        if let unit = unit(of: id, for: members, below: priority) { units.append(unit) }
      }
    }
    return (units, units.map(\.eligibleAt).filter { $0 > now }.min())
  }

  /// The cheapest of them that make room for all, in the order of identities; empty: it is there already. Nil: there are none.
  func victims(
    among units: [VictimUnit], for problem: VictimProblem, _ members: [DeploymentSlot], _ head: DeploymentSlot,
    _ places: [ClusterSlot],
    _ work: inout StepWork
  ) -> (runs: [RunID], selection: VictimSelection)? {
    var problem = problem
    let eligible = units.filter { $0.eligibleAt <= work.now }
    let ids = Set(eligible.flatMap(\.stops)).sorted()
    let positions = Dictionary(uniqueKeysWithValues: ids.enumerated().map { ($1, $0) })
    problem.candidates = ids.compactMap { runs[$0] }.map { run in
      let executed = run.record.startedAt.map { max(0, (work.now - $0).nanoseconds / 1_000_000_000) } ?? 0
      return Victim(
        cluster: run.cluster.index, resources: run.record.resources, gpus: run.record.gpus, priority: run.priority,
        workLost: executed, identity: run.record.identity)
    }
    for unit in eligible {
      guard let position = positions[unit.run] else { continue }
      problem.candidates[position].takesAlong = unit.stops.dropFirst().compactMap { positions[$0] }
    }
    guard let choice = VictimChoice.cheapest(for: problem), servicesCanStay(members, for: head) else { return nil }
    return (
      choice.victims.map { ids[$0] }, VictimSelection(isExact: choice.isExact, candidates: choice.candidates)
    )
  }

  /// The runs of a cluster that were asked to stop, sorted.
  func stoppingRuns(on cluster: ClusterSlot) -> [RunRecord] {
    clusters[cluster].stopping.sorted().compactMap { runs[$0]?.record }
  }

  /// The stopping runs whose room a deployment may count on: not those that are overdue, nor those that stop for others of no
  /// lower effective priority or for their own deployment's next run.
  func runsToCountOn(for head: DeploymentSlot, on cluster: ClusterSlot) -> [RunRecord] {
    var claimed: Set<RunID> = []
    for (other, nomination) in clusters[cluster].gangNominations where other != head {
      if deployments[other].effectivePriority >= deployments[head].effectivePriority {
        claimed.formUnion(nomination.awaited)
      }
    }
    return stoppingRuns(on: cluster).filter { run in
      if expectedGone(run) <= lastNow || claimed.contains(run.id) { return false }
      if clusters[cluster].exchanges.contains(where: { $0.awaited.contains(run.id) }) { return false }
      if run.stopCause == .replaced {
        return deploymentsByID[run.deployment].map { clusters[cluster].nominations[$0] == nil } ?? true
      }
      guard let preemptor = run.stopCause?.preemptor.flatMap({ deploymentsByID[$0] }), preemptor != head,
        clusters[cluster].gangNominations[preemptor] != nil
      else { return true }
      return deployments[preemptor].effectivePriority < deployments[head].effectivePriority
    }
  }

  /// The gang of a deployment; for one whose old run is to be replaced, itself. Nil: it could not be admitted now even if there
  /// was room.
  func gangOrReplacement(of slot: DeploymentSlot) -> [DeploymentSlot]? {
    if deployments[slot].run == nil { return gang(of: slot) }
    return deployments[slot].met.unmetRunning == 0 ? [slot] : nil
  }

  /// The clusters on which a gang needs room, sorted.
  func clustersOfGang(_ head: DeploymentSlot) -> [ClusterSlot] {
    Set((gangOrReplacement(of: head) ?? [head]).map { deployments[$0].cluster }).sorted()
  }

  /// Puts a deployment's run where its effective priority belongs.
  mutating func updateHolder(of slot: DeploymentSlot, _ work: inout StepWork) {
    guard let id = deployments[slot].run, let run = runs[id], run.record.state != .stopping else { return }
    let priority = deployments[slot].effectivePriority
    if run.priority == priority { return }
    clusters[run.cluster].holders.remove(id, run.priority, run.record.resources)
    clusters[run.cluster].holders.add(id, priority, run.record.resources)
    runs[id]?.priority = priority
    // It may be one that can be preempted now.
    if priority < run.priority { roomCameBack(run.cluster, &work) }
  }
}
