import FleetModel
import PlanModel
import Scheduling

/// Finds the reasons why deployments still wait when a forecast ends.
struct UnknownStarts {
  private let fleet: Fleet
  private let until: Instant
  private let isBounded: Bool
  /// Results by slot, so that a dependency shared by many is examined once.
  private var known: [DeploymentSlot: UnknownStart] = [:]
  /// Running jobs of unknown duration, by cluster and dimension.
  private var knownJobs: [ClusterSlot: [Dimension: [DeploymentIdentity]]] = [:]

  /// The maximum number of deployments named in a result.
  private static let most = 4

  init(_ fleet: Fleet, until: Instant, isBounded: Bool) {
    self.fleet = fleet
    self.until = until
    self.isBounded = isBounded
  }

  mutating func reason(for identity: DeploymentIdentity) -> UnknownStart {
    guard let first = fleet.deploymentsByIdentity[identity] else { return .beyond(until) }
    // Follows the chain of waiting until a deployment that does not wait for another.
    var path: [DeploymentSlot] = []
    var seen: Set<DeploymentSlot> = []
    var slot = first
    var found: UnknownStart?
    while found == nil {
      if let already = known[slot] {
        found = already
        break
      }
      guard seen.insert(slot).inserted else { break }
      path.append(slot)
      switch cause(slot) {
      case .found(let why): found = why
      case .waitsFor(let next): slot = next
      }
    }
    let why = found ?? .beyond(until)
    for slot in path { known[slot] = why }
    return why
  }

  private enum Cause {
    case found(UnknownStart)
    case waitsFor(DeploymentSlot)
  }

  private mutating func cause(_ slot: DeploymentSlot) -> Cause {
    if let run = fleet.deployments[slot].run.flatMap({ fleet.runs[$0] }), run.record.state != .stopping,
      !fleet.waitsToBegin(slot)
    {
      // It runs, so deployments that wait for its completion wait for its end.
      return .found(
        isBounded || run.isService ? .beyond(until) : .endsUnknown([fleet.deployments[slot].record.identity]))
    }
    guard let reason = fleet.reason(of: slot, now: until, withHolders: false) else { return .found(.beyond(until)) }
    switch reason {
    case .waitsForDependency(let other, _), .behindReservation(let other, _):
      guard let next = fleet.deploymentsByIdentity[other] else { return .found(.beyond(until)) }
      // The suspended dependency is named, because resuming it would release the deployment.
      if case .waitsForDependency = reason, fleet.deployments[next].record.traits.suspend {
        return .found(.held(reason))
      }
      return .waitsFor(next)
    // Also a cluster that holds more than it has is waited for: until enough of its runs have ended.
    case .insufficientCapacity(let shortfalls), .overcommitted(let shortfalls):
      let jobs = jobsOfUnknownDuration(fleet.deployments[slot].cluster, shortfalls.map(\.dimension))
      if !jobs.isEmpty { return .found(.endsUnknown(jobs)) }
      return .found(isBounded ? .beyond(until) : .held(reason))
    case .backingOff, .runsStopping, .coolingDown: return .found(.beyond(until))
    default: return .found(.held(reason))
    }
  }

  private mutating func jobsOfUnknownDuration(_ cluster: ClusterSlot, _ dimensions: [Dimension]) -> [DeploymentIdentity]
  {
    if knownJobs[cluster] == nil {
      var found: [Dimension: [DeploymentIdentity]] = [:]
      for id in fleet.clusters[cluster].runs.sorted() {
        guard let run = fleet.runs[id], !run.isService, fleet.expectedEnd(of: id, now: until) == nil else { continue }
        for dimension in Dimension.allCases where run.record.resources[dimension] > 0 {
          found[dimension, default: []].append(fleet.deployments[run.deployment].record.identity)
        }
      }
      knownJobs[cluster] = found.mapValues { Array($0.sorted().prefix(Self.most)) }
    }
    let found = dimensions.flatMap { knownJobs[cluster]?[$0] ?? [] }
    return Array(Set(found).sorted().prefix(Self.most))
  }
}
