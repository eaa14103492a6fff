import FleetModel
import PlanModel
import Scheduling

/// Tracks, during a forecast, the last dependency that each deployment was waiting for and the reason it waits for
/// after that.
struct DependencyWatch {
  private(set) var waits: [DeploymentIdentity: ForecastWait] = [:]
  /// For each deployment, the last dependency that was met and the time.
  private var met: [DeploymentIdentity: (at: Instant, on: DeploymentIdentity)] = [:]
  /// Slots of the deployments that become ready, by time.
  private var readiness: [Instant: [DeploymentSlot]] = [:]

  /// Records services that are running but not ready when the forecast begins.
  mutating func begin(_ fleet: Fleet) {
    for slot in fleet.deployments.indices where fleet.deployments[slot].run != nil {
      if fleet.deployments[slot].published.isUp || fleet.deployments[slot].dependents.isEmpty { continue }
      expectReadiness(slot, fleet)
    }
  }

  private mutating func expectReadiness(_ slot: DeploymentSlot, _ fleet: Fleet) {
    let traits = fleet.deployments[slot].record.traits
    guard let startedAt = fleet.deployments[slot].run.flatMap({ fleet.runs[$0]?.record.startedAt }) else { return }
    readiness[traits.mode == .job ? startedAt : startedAt + traits.readyAfter, default: []].append(slot)
  }

  /// Records the dependencies that were met at this time.
  ///
  /// - Parameter hasWaited: whether the deployment in a slot waited until now.
  mutating func update(
    _ fleet: Fleet, ended: [DeploymentSlot], launched: [DeploymentSlot], now: Instant,
    hasWaited: (DeploymentSlot) -> Bool
  ) {
    for slot in launched where fleet.deployments[slot].dependents.contains(where: { $0.until == .running }) {
      expectReadiness(slot, fleet)
    }
    for slot in ended where fleet.deployments[slot].published.isCompleted {
      record(.completed, of: slot, fleet, now: now, hasWaited)
    }
    for slot in readiness.removeValue(forKey: now) ?? [] { record(.running, of: slot, fleet, now: now, hasWaited) }
  }

  private mutating func record(
    _ until: DependencyCondition, of slot: DeploymentSlot, _ fleet: Fleet, now: Instant,
    _ hasWaited: (DeploymentSlot) -> Bool
  ) {
    let dependency = Dependency(on: fleet.deployments[slot].record.identity, until: until)
    for edge in fleet.deployments[slot].dependents where edge.until == until && hasWaited(edge.slot) {
      let identity = fleet.deployments[edge.slot].record.identity
      // Of dependencies met at the same time, the first by identity is named, whatever the order of processing.
      if let known = met[identity], known.at == now, known.on < dependency.on { continue }
      met[identity] = (now, dependency.on)
      var wait = ForecastWait(dependency)
      if fleet.deployments[edge.slot].met.allowsLaunch, fleet.waitsForItsTurn(edge.slot) {
        wait.then = fleet.reason(of: edge.slot, now: now, withHolders: false)
      }
      // With a single dependency, the deployment's reason already names it.
      if wait.then != nil || fleet.deployments[edge.slot].dependencies.count > 1 { waits[identity] = wait }
    }
  }

  /// Records a dependency that is still not met when the forecast ends.
  mutating func recordUnmet(of identity: DeploymentIdentity, _ fleet: Fleet, now: Instant) {
    guard let slot = fleet.deploymentsByIdentity[identity], fleet.deployments[slot].dependencies.count > 1,
      case .waitsForDependency(let other, let until)? = fleet.reason(of: slot, now: now, withHolders: false)
    else { return }
    waits[identity] = ForecastWait(Dependency(on: other, until: until))
  }
}
