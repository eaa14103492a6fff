import FleetModel
import PlanModel
import Scheduling

// Preemption candidates: which runs may be stopped, and what stops with them.

/// A run that may be stopped for another deployment, with all runs that lose a dependency by it.
struct VictimUnit {
  var run: RunID
  /// The runs that stop, itself first.
  var stops: [RunID]
  /// The time at which all of them have had their minimum runtime.
  var eligibleAt: Instant
}

/// The runs that one cluster could stop for a deployment of some priority.
struct VictimSupply {
  /// Version of `HoldersByPriority` for which it was found.
  var version: Int
  var units: [VictimUnit]
  /// The time at which the next unit has had its minimum runtime; `nil` if there is none.
  var next: Instant?
  /// Room held by the runs that may be stopped now, and by those that are stopping already.
  var eligible = Resources.zero
}

extension Fleet {
  /// Returns the runs that would have to stop if one was preempted, whenever they may. `nil` if one of them may not be.
  func unit(of id: RunID, for members: [DeploymentSlot], below priority: Priority) -> VictimUnit? {
    var unit = VictimUnit(run: id, stops: [id], eligibleAt: .distantPast)
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

  /// Returns the preemption candidates on the cluster of a pass below a priority, which are looked up once as long as nothing
  /// changes.
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

  /// Returns the preemption candidates on some clusters below a priority, eligible or not yet, and the time at which the next
  /// becomes eligible.
  func units(
    for members: [DeploymentSlot], on clusters: [ClusterSlot], below priority: Priority, now: Instant
  ) -> (units: [VictimUnit], next: Instant?) {
    var units: [VictimUnit] = []
    for cluster in clusters {
      for id in self.clusters[cluster].holders.below(priority).sorted() {
        if let unit = unit(of: id, for: members, below: priority) { units.append(unit) }
      }
    }
    return (units, units.map(\.eligibleAt).filter { $0 > now }.min())
  }

  /// Returns the cheapest victims that make room for a gang, in the order of identities: none if the room is there already.
  /// `nil` if no victims make enough room.
  func victims(
    among units: [VictimUnit], for problem: VictimProblem, now: Instant
  ) -> (runs: [RunID], selection: VictimSelection)? {
    var problem = problem
    let eligible = units.filter { $0.eligibleAt <= now }
    let ids = Set(eligible.flatMap(\.stops)).sorted()
    let positions = Dictionary(uniqueKeysWithValues: ids.enumerated().map { ($1, $0) })
    problem.candidates = ids.compactMap { runs[$0] }.map { run in
      let executed = run.record.startedAt.map { max(0, (now - $0).nanoseconds) } ?? 0
      return Victim(
        cluster: run.cluster.index, resources: run.record.resources, gpus: run.record.gpus, priority: run.priority,
        workLost: Int128(executed), identity: identity(of: run))
    }
    for unit in eligible {
      guard let position = positions[unit.run] else { continue }
      problem.candidates[position].takesAlong = unit.stops.dropFirst().compactMap { positions[$0] }
    }
    guard let choice = VictimChoice.cheapest(for: problem) else { return nil }
    return (
      choice.victims.map { ids[$0] }, VictimSelection(isExact: choice.isExact, candidates: choice.candidates)
    )
  }
}
