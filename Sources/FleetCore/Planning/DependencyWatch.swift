import FleetModel
import PlanModel

/// Finds, while a forecast goes forward, which of its dependencies each deployment gets last, and what it waits for then.
struct DependencyWatch {
  private(set) var waits: [DeploymentIdentity: ForecastWait] = [:]
  /// When the last dependency of each was met, and which.
  private var met: [DeploymentIdentity: (at: Instant, on: DeploymentIdentity)] = [:]
  /// What is up at a moment, by slot.
  private var risings: [Instant: [Int]] = [:]

  /// Takes note of the services that run at the beginning, and are not up yet.
  mutating func begin(_ fleet: Fleet) {
    for slot in fleet.deployments.indices where fleet.deployments[slot].run != nil {
      if fleet.deployments[slot].published.isUp || fleet.deployments[slot].dependents.isEmpty { continue }
      expectRising(slot, fleet)
    }
  }

  private mutating func expectRising(_ slot: Int, _ fleet: Fleet) {
    let traits = fleet.deployments[slot].record.traits
    guard let startedAt = fleet.deployments[slot].run.flatMap({ fleet.runs[$0]?.record.startedAt }) else { return }
    risings[traits.mode == .job ? startedAt : startedAt + traits.readyAfter, default: []].append(slot)
  }

  /// Takes note of what the dependencies of others have reached in this moment.
  ///
  /// - Parameter hasWaited: whether a deployment waited until now, by slot.
  mutating func look(at fleet: Fleet, ended: [Int], _ actions: [Action], now: Instant, hasWaited: (Int) -> Bool) {
    for action in actions {
      guard case .start = action.kind, case .deployment(let identity) = action.identity,
        let slot = fleet.deploymentsByIdentity[identity],
        fleet.deployments[slot].dependents.contains(where: { $0.until == .running })
      else { continue }
      expectRising(slot, fleet)
    }
    for slot in ended where fleet.deployments[slot].published.isCompleted {
      tell(.completed, of: slot, fleet, now: now, hasWaited)
    }
    for slot in risings.removeValue(forKey: now) ?? [] { tell(.running, of: slot, fleet, now: now, hasWaited) }
  }

  private mutating func tell(
    _ until: DependencyCondition, of slot: Int, _ fleet: Fleet, now: Instant, _ hasWaited: (Int) -> Bool
  ) {
    let dependency = Dependency(on: fleet.deployments[slot].record.identity, until: until)
    for edge in fleet.deployments[slot].dependents where edge.until == until && hasWaited(edge.slot) {
      let identity = fleet.deployments[edge.slot].record.identity
      // Of those that are met in one moment the first by identity is named, in whatever order they are told.
      if let known = met[identity], known.at == now, known.on < dependency.on { continue }
      met[identity] = (now, dependency.on)
      var wait = ForecastWait(dependency)
      if fleet.deployments[edge.slot].met.allowsLaunch, fleet.waitsForItsTurn(edge.slot) {
        wait.then = fleet.reason(of: edge.slot, now: now, withHolders: false)
      }
      // Of one dependency alone it is said already which it is.
      if wait.then != nil || fleet.deployments[edge.slot].dependencies.count > 1 { waits[identity] = wait }
    }
  }

  /// Takes note of a dependency that is still not met when the forecast is over.
  mutating func look(atUnmetOf identity: DeploymentIdentity, _ fleet: Fleet, now: Instant) {
    guard let slot = fleet.deploymentsByIdentity[identity], fleet.deployments[slot].dependencies.count > 1,
      case .waitsForDependency(let other, let until)? = fleet.reason(of: slot, now: now, withHolders: false)
    else { return }
    waits[identity] = ForecastWait(Dependency(on: other, until: until))
  }
}
