import FleetModel
import PlanModel
import Scheduling

/// A deployment in the chain from a waiting deployment to the cause.
struct WaitingLink {
  var slot: DeploymentSlot
  /// The reason why it waits; `nil` if it does not.
  var reason: Reason?
  /// The condition that the previous deployment waits for; `nil` for the first.
  var until: DependencyCondition?
}

/// The chain from a deployment to the first one that does not wait for another.
///
/// Following it while time passes examines each link about once: links whose condition has been met are taken off the end,
/// and the rest of the chain stands, because a deployment can't go on before the one that it waits for.
struct WaitingChain {
  /// The links, the first deployment first. Never empty.
  private(set) var links: [WaitingLink]
  /// Number of reasons that were determined: the cost of following the chain.
  private(set) var examined = 0
  private var members: Set<DeploymentSlot>

  /// Creates the chain that begins at a deployment.
  init(from first: DeploymentSlot, in fleet: borrowing Fleet, now: Instant) {
    links = [WaitingLink(slot: first, reason: nil, until: nil)]
    members = [first]
    extend(in: fleet, now: now)
  }

  /// The deployment that does not wait for another.
  var root: WaitingLink { links[links.count - 1] }

  /// Follows the chain after the fleet has changed.
  mutating func refresh(in fleet: borrowing Fleet, now: Instant) {
    while links.count > 1, fleet.isMet(root) { members.remove(links.removeLast().slot) }
    extend(in: fleet, now: now)
  }

  private mutating func extend(in fleet: borrowing Fleet, now: Instant) {
    while true {
      examined += 1
      let last = links.count - 1
      links[last].reason = fleet.reason(of: links[last].slot, now: now, withHolders: false)
      switch links[last].reason {
      case .dependencyFailed, .waitsForDependency: break
      default: return
      }
      guard let next = fleet.unmetDependency(of: links[last].slot), members.insert(next.slot).inserted else { return }
      links.append(WaitingLink(slot: next.slot, reason: nil, until: next.until))
    }
  }
}

extension Fleet {
  /// Returns the chain from a deployment to the first one that does not wait for another. Among several unmet
  /// dependencies, a FAILED one is followed first, then a hopeless one, then the first by identity.
  func chainOfWaiting(from first: DeploymentSlot, now: Instant) -> [WaitingLink] {
    WaitingChain(from: first, in: self, now: now).links
  }

  /// Whether a link's condition is met, or its deployment is gone.
  fileprivate func isMet(_ link: WaitingLink) -> Bool {
    deployments[link.slot].isVacant || !isUnmet(Edge(slot: link.slot, until: link.until ?? .completed))
  }
}
