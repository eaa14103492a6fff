import FleetModel
import PlanModel
import Scheduling

/// Advances a rehearsal only along what a deployment waits for: jobs that complete and services that become ready. A
/// job of unknown duration ends at once.
struct WaitFollower {
  private(set) var rehearsal: Rehearsal
  private let target: DeploymentIdentity
  private let limit: Int
  private var awaited: [DeploymentIdentity] = []
  private var isTimeKnown = true
  private var chain: WaitingChain?

  /// - Parameter limit: the maximum number of events that the rehearsal may take from here on.
  init(rehearsal: consuming Rehearsal, target: DeploymentIdentity, limit: Int) {
    self.target = target
    self.limit = rehearsal.steps + limit
    self.rehearsal = rehearsal
  }

  /// Number of links of chains that were examined.
  var links: Int { chain?.examined ?? 0 }

  /// The target and the deployments that it waited for.
  var concerned: Set<DeploymentIdentity> { Set(awaited).union([target]) }

  func start(from now: Instant) -> Suggestion.Start {
    if awaited.isEmpty { return rehearsal.now > now ? .at(rehearsal.now) : .now }
    return .once(awaited, at: isTimeKnown ? rehearsal.now : nil)
  }

  /// Advances until the target has begun, and returns `nil`; or returns the standstill.
  mutating func run() -> Trial.Standstill? {
    rehearsal.expectEnds()
    while true {
      guard let slot = rehearsal.fleet.deploymentsByIdentity[target] else {
        return Trial.Standstill(fleet: rehearsal.fleet, now: rehearsal.now, slot: DeploymentSlot(0), reason: nil)
      }
      if rehearsal.fleet.hasBegun(slot) { return nil }
      let root = follow(from: slot)
      if rehearsal.steps >= limit || !advance(root, isTarget: root.slot == slot) {
        return Trial.Standstill(fleet: rehearsal.fleet, now: rehearsal.now, slot: root.slot, reason: root.reason)
      }
    }
  }

  private mutating func follow(from slot: DeploymentSlot) -> WaitingLink {
    var chain = self.chain.take() ?? WaitingChain(from: slot, in: rehearsal.fleet, now: rehearsal.now)
    chain.refresh(in: rehearsal.fleet, now: rehearsal.now)
    defer { self.chain = chain }
    return chain.root
  }

  private mutating func advance(_ root: WaitingLink, isTarget: Bool) -> Bool {
    switch root.reason {
    case .backingOff, .coolingDown, .runsStopping: return advance()
    case nil where !isTarget: break
    default: return false
    }
    guard let id = rehearsal.fleet.deployments[root.slot].run, let run = rehearsal.fleet.runs[id]?.record,
      run.isLaunched
    else { return advance() }
    let identity = rehearsal.fleet.deployments[root.slot].record.identity
    if awaited.last != identity { awaited.append(identity) }
    if root.until == .completed, rehearsal.fleet.expectedEnd(of: id, now: rehearsal.now) == nil {
      isTimeKnown = false
      rehearsal.deliver([.runsObserved(run.cluster, [run.name: .ended(.exited(status: 0), at: rehearsal.now)])])
      return true
    }
    return advance()
  }

  private mutating func advance() -> Bool {
    guard let next = rehearsal.nextEvent else { return false }
    rehearsal.advance(to: next)
    return true
  }
}

/// The cost of an explanation. For tests.
package struct ExplanationWork: Equatable, Sendable {
  /// The number of events after which nothing more is tried. One moment's events, which are taken together, may exceed it.
  package static let mostSteps = 60_000

  /// Number of events that trials have taken.
  package var steps = 0
  /// Number of links of chains that trials have examined.
  package var links = 0
}
