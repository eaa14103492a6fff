import FleetModel
import PlanModel
import Scheduling

/// Tries edits on forks of a fleet: the same `step` as in applying decides whether a deployment then starts.
struct Trial {
  /// The result of a trial.
  enum Outcome {
    case starts(Suggestion)
    case stuck(Standstill)
  }

  /// The situation in which a rehearsal makes no further progress by itself.
  struct Standstill {
    var fleet: Fleet
    var now: Instant
    /// The last deployment of the chain of waiting that begins at the target.
    var slot: DeploymentSlot
    /// The reason why that deployment waits; `nil` if it has none.
    var reason: Reason?
  }

  let target: DeploymentIdentity
  private let fleet: Fleet
  private let events: [Event]
  private let engines: (EngineSpec) -> String?
  private let now: Instant
  /// The rehearsal without any edit.
  let settled: Rehearsal
  private let settledActions: [Action]
  /// Whether the fleet has nothing to do. Then edits may be tried on the settled rehearsal, with the same result as
  /// from the beginning.
  private let isStill: Bool

  /// The maximum number of events in a trial.
  private static let mostSteps = 20_000

  /// - Parameter events: declarations and observations that the fleet has not taken, in the order of `Fleet.beginning`.
  init(
    of target: DeploymentIdentity, on fleet: Fleet, beginningWith events: [Event],
    engines: @escaping (EngineSpec) -> String?, now: Instant
  ) {
    self.target = target
    self.fleet = fleet
    self.events = events
    self.engines = engines
    self.now = now
    var rehearsal = Rehearsal(fleet, now: now, engines: engines)
    rehearsal.deliver(events)
    settledActions = rehearsal.takeActions()
    settled = rehearsal
    isStill = !settledActions.contains { action in
      switch action.kind {
      case .start, .stop, .preempt, .prune: true
      case .register, .update, .hold: false
      }
    }
  }

  /// Returns the result of edits that are made together; `nil` if one of them changes nothing.
  func outcome(of edits: [FleetEdit], kind: Suggestion.Kind) throws -> Outcome? {
    guard let (prepared, rehearsal) = try rehearse(edits) else { return nil }
    var follower = WaitFollower(rehearsal: rehearsal, target: prepared.moved[target] ?? target, limit: Self.mostSteps)
    if let standstill = follower.run() { return .stuck(standstill) }
    var suggestion = Suggestion(kind: kind, remedies: prepared.remedies, start: follower.start(from: now))
    suggestion.bills = bills(for: follower, (edits.isEmpty ? settledActions : []), isStill: isStill || edits.isEmpty)
    return .starts(suggestion)
  }

  private func rehearse(_ edits: [FleetEdit]) throws -> (prepared: PreparedEdits, rehearsal: Rehearsal)? {
    guard let prepared = try settled.fleet.prepare(edits) else { return nil }
    var rehearsal: Rehearsal
    if isStill || edits.isEmpty {
      rehearsal = settled
      rehearsal.deliver(prepared.declared + prepared.later)
    } else {
      rehearsal = Rehearsal(fleet, now: now, engines: engines)
      let cut = events.firstIndex { if case .declared = $0 { false } else { true } } ?? events.count
      rehearsal.deliver(Array(events[..<cut]) + prepared.declared + Array(events[cut...]) + prepared.later)
    }
    return (prepared, rehearsal)
  }

  /// Returns the start after edits that do not start the deployment at once, if every run ends as expected; `nil` if
  /// the start is unknown or an edit changes nothing.
  func laterStart(after edits: [FleetEdit]) throws -> Suggestion? {
    guard case (let prepared, var rehearsal)? = try rehearse(edits) else { return nil }
    let identity = prepared.moved[target] ?? target
    guard case .at(let instant) = Self.expectedStart(of: identity, continuing: &rehearsal) else { return nil }
    let all = rehearsal.fleet.bills(
      for: rehearsal.takeActions(), startedFrom: FormerRuns(settled.fleet), now: rehearsal.now)
    return Suggestion(
      kind: .sooner, remedies: prepared.remedies, start: .at(instant), bills: all.filter { $0.preemptor == identity })
  }

  /// Returns the bills of preemptions for the deployment and for the deployments that it waits for.
  private func bills(for follower: WaitFollower, _ before: [Action], isStill: Bool) -> [PreemptionBill] {
    var rehearsal = follower.rehearsal
    let actions = before + rehearsal.takeActions()
    let all = rehearsal.fleet.bills(
      for: actions, startedFrom: FormerRuns(isStill ? settled.fleet : fleet), now: rehearsal.now)
    var mine = all.filter { follower.concerns($0.preemptor) }
    // A look-ahead for each of many victims would take long and nobody reads it. It is also wrong once time has
    // advanced.
    for index in mine.indices.prefix(rehearsal.now == now ? 4 : 0) {
      mine[index].comesBack = Self.expectedStart(of: mine[index].victim, in: rehearsal)
    }
    return mine
  }

  /// Returns the expected start without any edit; `nil` if the deployment does not wait.
  func expectedStart() -> ExpectedStart? { Self.expectedStart(of: target, in: settled) }

  private static func expectedStart(of identity: DeploymentIdentity, in settled: Rehearsal) -> ExpectedStart? {
    var rehearsal = settled
    return expectedStart(of: identity, continuing: &rehearsal)
  }

  private static func expectedStart(
    of identity: DeploymentIdentity, continuing rehearsal: inout Rehearsal
  ) -> ExpectedStart? {
    guard let slot = rehearsal.fleet.deploymentsByIdentity[identity] else { return nil }
    if rehearsal.fleet.hasBegun(slot) { return .now }
    guard rehearsal.fleet.waitsForItsTurn(slot) || rehearsal.fleet.deployments[slot].run != nil else { return nil }
    rehearsal.expectEnds()
    let last = rehearsal.now + ForecastLimits().horizon
    let lastStep = rehearsal.steps + mostSteps
    // The end of the look-ahead, if a limit cut it short.
    var bound: Instant?
    while let next = rehearsal.nextEvent {
      if next > last || rehearsal.steps >= lastStep {
        bound = next > last ? last : rehearsal.now
        break
      }
      rehearsal.advance(to: next)
      guard let slot = rehearsal.fleet.deploymentsByIdentity[identity] else { return nil }
      if rehearsal.fleet.hasBegun(slot) { return .at(rehearsal.now) }
    }
    var unknown = UnknownStarts(rehearsal.fleet, until: bound ?? rehearsal.now, isBounded: bound != nil)
    return .unknown(unknown.reason(for: identity))
  }
}

/// Advances a rehearsal only along what a deployment waits for: jobs that complete and services that become ready. A
/// job of unknown duration ends at once.
private struct WaitFollower {
  var rehearsal: Rehearsal
  let target: DeploymentIdentity
  let limit: Int
  private var awaited: [DeploymentIdentity] = []
  private var isTimeKnown = true

  init(rehearsal: Rehearsal, target: DeploymentIdentity, limit: Int) {
    self.rehearsal = rehearsal
    self.target = target
    self.limit = rehearsal.steps + limit
  }

  /// Whether an identity is the target or a deployment that it waited for.
  func concerns(_ identity: DeploymentIdentity) -> Bool { identity == target || awaited.contains(identity) }

  func start(from now: Instant) -> Suggestion.Start {
    if awaited.isEmpty { return rehearsal.now > now ? .at(rehearsal.now) : .now }
    return .once(awaited, at: isTimeKnown ? rehearsal.now : nil)
  }

  /// Advances until the target has begun, and returns `nil`; or returns the standstill.
  mutating func run() -> Trial.Standstill? {
    rehearsal.expectEnds()
    while true {
      let fleet = rehearsal.fleet
      guard let slot = fleet.deploymentsByIdentity[target] else {
        return Trial.Standstill(fleet: fleet, now: rehearsal.now, slot: DeploymentSlot(0), reason: nil)
      }
      if fleet.hasBegun(slot) { return nil }
      let chain = fleet.chainOfWaiting(from: slot, now: rehearsal.now)
      let root = chain[chain.count - 1]
      if rehearsal.steps >= limit || !advance(fleet, root, isTarget: chain.count == 1) {
        return Trial.Standstill(fleet: fleet, now: rehearsal.now, slot: root.slot, reason: root.reason)
      }
    }
  }

  private mutating func advance(_ fleet: Fleet, _ root: WaitingLink, isTarget: Bool) -> Bool {
    switch root.reason {
    case .backingOff, .coolingDown, .runsStopping: return advance()
    case nil where !isTarget: break
    default: return false
    }
    let state = fleet.deployments[root.slot]
    guard let run = state.run.flatMap({ fleet.runs[$0] }), run.record.isLaunched else { return advance() }
    if awaited.last != state.record.identity { awaited.append(state.record.identity) }
    if root.until == .completed, fleet.expectedEnd(of: run.record.id, now: rehearsal.now) == nil {
      isTimeKnown = false
      rehearsal.deliver([
        .runsObserved(run.record.cluster, [run.record.name: .ended(.exited(status: 0), at: rehearsal.now)])
      ])
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

/// A deployment in the chain from a waiting deployment to the cause.
struct WaitingLink {
  var slot: DeploymentSlot
  /// The reason why it waits; `nil` if it does not.
  var reason: Reason?
  /// The condition that the previous deployment waits for; `nil` for the first.
  var until: DependencyCondition?
}

extension Fleet {
  /// Whether a run of a deployment's current generation is launched and not stopping.
  func hasBegun(_ slot: DeploymentSlot) -> Bool {
    guard let run = deployments[slot].run.flatMap({ runs[$0] })?.record else { return false }
    return run.isLaunched && run.generation == deployments[slot].record.progress.generation && run.state != .stopping
  }

  /// Returns the chain from a deployment to the first one that does not wait for another. Among several unmet
  /// dependencies, a FAILED one is followed first, then a hopeless one, then the first by identity.
  func chainOfWaiting(from first: DeploymentSlot, now: Instant) -> [WaitingLink] {
    var chain = [WaitingLink(slot: first, reason: reason(of: first, now: now, withHolders: false), until: nil)]
    var seen: Set<DeploymentSlot> = [first]
    while let last = chain.last {
      switch last.reason {
      case .dependencyFailed, .waitsForDependency: break
      default: return chain
      }
      guard let next = unmetDependency(of: last.slot), seen.insert(next.slot).inserted else { return chain }
      chain.append(
        WaitingLink(slot: next.slot, reason: reason(of: next.slot, now: now, withHolders: false), until: next.until))
    }
    return chain
  }

  private func unmetDependency(of slot: DeploymentSlot) -> Edge? {
    func rank(_ edge: Edge) -> Int {
      let facts = deployments[edge.slot].published
      return facts.isFailed ? 0 : facts.isHopeless ? 1 : 2
    }
    let unmet = deployments[slot].dependencies.filter { edge in
      let facts = deployments[edge.slot].published
      return edge.until == .completed ? !facts.isCompleted : !facts.isUp
    }
    return unmet.min { left, right in
      if rank(left) != rank(right) { return rank(left) < rank(right) }
      return deployments[left.slot].record.identity < deployments[right.slot].record.identity
    }
  }
}
