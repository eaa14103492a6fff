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
  private let engines: FirstLook
  private let now: Instant
  /// The rehearsal without any edit.
  let settled: Rehearsal
  private let settledActions: [Action]
  /// Whether the fleet has nothing to do. Then edits may be tried on the settled rehearsal, with the same result as
  /// from the beginning.
  private let isStill: Bool

  /// The cost of the trials so far.
  private(set) var work = ExplanationWork()

  /// The maximum number of events in one trial.
  private static let mostSteps = 50_000

  /// The number of events that may still be taken in one go: a trial that comes to it has no result.
  private var stepsLeft: Int { min(Self.mostSteps, max(0, ExplanationWork.mostSteps - work.steps)) }

  /// Whether so many events have been taken that no further trial should begin.
  var isExhausted: Bool { stepsLeft == 0 }

  /// - Parameter events: declarations and observations that the fleet has not taken, in the order of `Fleet.beginning`.
  init(
    of target: DeploymentIdentity, on fleet: Fleet, beginningWith events: [Event],
    engines: @escaping FirstLook, now: Instant
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
  mutating func outcome(of edits: [FleetEdit], kind: Suggestion.Kind) throws -> Outcome? {
    guard let (prepared, rehearsal) = try rehearse(edits) else { return nil }
    let before = rehearsal.steps
    var follower = WaitFollower(
      rehearsal: consume rehearsal, target: prepared.moved[target] ?? target, limit: stepsLeft)
    let standstill = follower.run()
    work.steps += follower.rehearsal.steps - before
    work.links += follower.links
    if let standstill { return .stuck(standstill) }
    var suggestion = Suggestion(kind: kind, remedies: prepared.remedies, start: follower.start(from: now))
    suggestion.bills = bills(for: follower, (edits.isEmpty ? settledActions : []), isStill: isStill || edits.isEmpty)
    return .starts(suggestion)
  }

  /// Returns a rehearsal that has taken edits; `nil` if one of them changes nothing, or if no step is left.
  private mutating func rehearse(
    _ edits: [FleetEdit]
  ) throws -> (prepared: PreparedEdits, rehearsal: Rehearsal)? {
    if isExhausted { return nil }
    guard let prepared = try settled.fleet.prepare(edits) else { return nil }
    var rehearsal: Rehearsal
    if isStill || edits.isEmpty {
      rehearsal = settled
      rehearsal.deliver(prepared.declared + prepared.later)
      work.steps += rehearsal.steps - settled.steps
    } else {
      rehearsal = Rehearsal(fleet, now: now, engines: engines)
      let cut = events.firstIndex { if case .declared = $0 { false } else { true } } ?? events.count
      rehearsal.deliver(Array(events[..<cut]) + prepared.declared + Array(events[cut...]) + prepared.later)
      work.steps += rehearsal.steps
    }
    return (prepared, rehearsal)
  }

  /// Returns the start after edits that do not start the deployment at once, if every run ends as expected; `nil` if
  /// the start is unknown or an edit changes nothing.
  mutating func laterStart(after edits: [FleetEdit]) throws -> Suggestion? {
    guard case (let prepared, var rehearsal)? = try rehearse(edits) else { return nil }
    let identity = prepared.moved[target] ?? target
    guard case .at(let instant) = expectedStart(of: identity, continuing: &rehearsal) else { return nil }
    let all = rehearsal.fleet.bills(
      for: rehearsal.takeActions(), startedFrom: FormerRuns(settled.fleet), now: rehearsal.now)
    return Suggestion(
      kind: .sooner, remedies: prepared.remedies, start: .at(instant), bills: all.filter { $0.preemptor == identity })
  }

  /// Returns the bills of preemptions for the deployment and for the deployments that it waits for.
  private mutating func bills(for follower: WaitFollower, _ before: [Action], isStill: Bool) -> [PreemptionBill] {
    var rehearsal = follower.rehearsal
    let actions = before + rehearsal.takeActions()
    let all = rehearsal.fleet.bills(
      for: actions, startedFrom: FormerRuns(isStill ? settled.fleet : fleet), now: rehearsal.now)
    let concerned = follower.concerned
    var mine = all.filter { concerned.contains($0.preemptor) }
    // A look-ahead for each of many victims would take long and nobody reads it. It is also wrong once time has
    // advanced.
    for index in mine.indices.prefix(rehearsal.now == now ? 4 : 0) where !isExhausted {
      var rehearsal = rehearsal
      mine[index].comesBack = expectedStart(of: mine[index].victim, continuing: &rehearsal)
    }
    return mine
  }

  /// Returns the expected start without any edit; `nil` if the deployment does not wait.
  mutating func expectedStart() -> ExpectedStart? {
    var rehearsal = settled
    return expectedStart(of: target, continuing: &rehearsal)
  }

  private mutating func expectedStart(
    of identity: DeploymentIdentity, continuing rehearsal: inout Rehearsal
  ) -> ExpectedStart? {
    let before = rehearsal.steps
    defer { work.steps += rehearsal.steps - before }
    guard let slot = rehearsal.fleet.deploymentsByIdentity[identity] else { return nil }
    if rehearsal.fleet.hasBegun(slot) { return .now }
    guard rehearsal.fleet.waitsForItsTurn(slot) || rehearsal.fleet.deployments[slot].run != nil else { return nil }
    rehearsal.expectEnds()
    let last = rehearsal.now + ForecastLimits().horizon
    let lastStep = rehearsal.steps + stepsLeft
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

extension Fleet {
  /// Whether a run of a deployment's current generation is launched and not stopping.
  func hasBegun(_ slot: DeploymentSlot) -> Bool {
    guard let run = deployments[slot].run.flatMap({ runs[$0] })?.record else { return false }
    return run.isLaunched && run.generation == deployments[slot].record.progress.generation && run.state != .stopping
  }
}
