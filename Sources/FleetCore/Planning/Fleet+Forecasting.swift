import FleetModel
import PlanModel
import Scheduling

/// Limits of a forecast's look-ahead. They bound its cost whatever the fleet is.
public struct ForecastLimits: Sendable, Hashable {
  /// The span from now that the forecast covers.
  public var horizon: TimeSpan
  /// The maximum number of events; each costs as much as one step of the fleet.
  public var steps: Int
  /// Whether every run is reported from start to end, including deployments that do not wait.
  public var tellsRuns: Bool

  /// Creates limits; the defaults are those of a plan.
  public init(horizon: TimeSpan = .seconds(30 * 86_400), steps: Int = 20_000, tellsRuns: Bool = false) {
    self.horizon = horizon
    self.steps = steps
    self.tellsRuns = tellsRuns
  }
}

extension Fleet {
  /// Returns a forecast from now on, beginning with the given events.
  public func forecast(
    beginningWith events: [Event] = [], engines: @escaping (EngineSpec) -> String? = { _ in nil }, now: Instant,
    limits: ForecastLimits = ForecastLimits(tellsRuns: true)
  ) -> Forecast {
    var rehearsal = Rehearsal(self, now: now, engines: engines)
    rehearsal.deliver(events)
    return Forecasting(&rehearsal, limits, startingNow: rehearsal.takeActions()).forecast
  }
}

/// Advances a rehearsal until nothing waits or nothing more happens, and collects the forecast.
struct Forecasting {
  private(set) var forecast: Forecast
  private var places: [DeploymentID: Int] = [:]
  private var entries: [DeploymentForecast] = []
  /// Number of entries whose start is not known yet.
  private var waiting = 0
  /// Runs whose last span is open, by the position of their entry.
  private var openRuns: [Int: RunID] = [:]
  private var dependencies = DependencyWatch()

  /// - Parameter startingNow: the actions that were already decided at this time.
  init(_ rehearsal: inout Rehearsal, _ limits: ForecastLimits, startingNow: [Action]) {
    forecast = Forecast(from: rehearsal.now)
    enter(rehearsal.fleet, startingNow, limits, now: rehearsal.now)
    rehearsal.expectEnds()
    dependencies.begin(rehearsal.fleet)
    let lastMoment = rehearsal.now + limits.horizon
    let lastStep = rehearsal.steps + limits.steps
    while waiting > 0 {
      guard let next = rehearsal.nextEvent else { break }
      if next > lastMoment {
        forecast.bound = .horizon
        break
      }
      if rehearsal.steps >= lastStep {
        forecast.bound = .steps
        break
      }
      rehearsal.advance(to: next)
      let actions = rehearsal.takeActions()
      note(actions, rehearsal.fleet, limits, now: rehearsal.now)
      dependencies.look(at: rehearsal.fleet, ended: rehearsal.ended, actions, now: rehearsal.now) { slot in
        guard let place = places[rehearsal.fleet.deployments[slot].record.id] else { return false }
        if case .unknown? = entries[place].start { return true }
        return entries[place].start == .at(rehearsal.now)
      }
    }
    forecast.until = forecast.bound == .horizon ? lastMoment : rehearsal.now
    explainTheRest(rehearsal.fleet)
    forecast.waits = dependencies.waits
    for place in entries.indices {
      entries[place].reason = forecast.decisive(entries[place].reason, of: entries[place].deployment)
    }
    forecast.deployments = entries
    sort()
  }

  // MARK: The beginning

  private mutating func enter(_ fleet: Fleet, _ starting: [Action], _ limits: ForecastLimits, now: Instant) {
    let slots = fleet.clusters.indices.filter { !fleet.clusters[$0].isVacant }
    forecast.clusters = slots.map { fleet.forecastCluster($0) }.sorted { $0.identity < $1.identity }
    for slot in fleet.deployments.indices where !fleet.deployments[slot].isVacant {
      let waits = fleet.waitsForItsTurn(slot)
      guard waits || (limits.tellsRuns && fleet.deployments[slot].run != nil) else { continue }
      let state = fleet.deployments[slot]
      var entry = DeploymentForecast(
        deployment: state.record.identity, priority: state.effectivePriority, request: state.record.traits.resources)
      if waits {
        waiting += 1
        entry.start = .unknown(.beyond(now))
        if limits.tellsRuns { entry.reason = fleet.reason(of: slot, now: now) }
      }
      places[state.record.id] = entries.count
      if limits.tellsRuns, let id = state.run, let run = fleet.runs[id]?.record {
        openRuns[entries.count] = id
        entry.spans = [fleet.span(of: id, from: run.startedAt ?? run.createdAt, now: now)]
      }
      entries.append(entry)
    }
    forecast.learned = fleet.learnedRuntimes(
      of: fleet.deployments.indices.lazy.filter { slot in
        !fleet.deployments[slot].isVacant && (fleet.deployments[slot].run != nil || fleet.waitsForItsTurn(slot))
      })
    for action in starting {
      guard case .start = action.kind, case .deployment(let identity) = action.identity,
        let slot = fleet.deploymentsByIdentity[identity], let place = places[fleet.deployments[slot].record.id]
      else { continue }
      if entries[place].start == nil { entries[place].start = .now }
    }
  }

  // MARK: What happens

  private mutating func note(_ actions: [Action], _ fleet: Fleet, _ limits: ForecastLimits, now: Instant) {
    for action in actions {
      guard case .deployment(let identity) = action.identity, let slot = fleet.deploymentsByIdentity[identity],
        let place = places[fleet.deployments[slot].record.id]
      else { continue }
      switch action.kind {
      case .start:
        if case .unknown = entries[place].start {
          entries[place].start = .at(now)
          waiting -= 1
        }
        if limits.tellsRuns, let id = fleet.deployments[slot].run {
          openRuns[place] = id
          entries[place].spans.append(fleet.span(of: id, from: now, now: now))
        }
      case .preempt(let other): cut(place, .preempted(for: other), now)
      case .stop(.preempted(let id)):
        let other = fleet.deploymentsByID[id].map { fleet.deployments[$0].record.identity }
        cut(place, other.map { .preempted(for: $0) } ?? .stopped, now)
      case .stop: cut(place, .stopped, now)
      case .register, .update, .prune, .hold: break
      }
    }
  }

  private mutating func cut(_ place: Int, _ end: ForecastSpan.End, _ now: Instant) {
    guard let last = entries[place].spans.indices.last, openRuns.removeValue(forKey: place) != nil else { return }
    entries[place].spans[last].to = now
    entries[place].spans[last].end = end
  }

  // MARK: The end

  private mutating func explainTheRest(_ fleet: Fleet) {
    if waiting == 0 { return }
    var explaining = UnknownStarts(fleet, until: forecast.until, isBounded: forecast.bound != nil)
    for place in entries.indices {
      guard case .unknown = entries[place].start else { continue }
      dependencies.look(atUnmetOf: entries[place].deployment, fleet, now: forecast.until)
      entries[place].start = .unknown(explaining.why(entries[place].deployment))
    }
  }

  private mutating func sort() {
    func rank(_ entry: DeploymentForecast) -> (Int, Instant) {
      switch entry.start {
      case nil, .now: (0, entry.spans.first?.from ?? forecast.from)
      case .at(let instant): (1, instant)
      case .unknown: (2, forecast.from)
      }
    }
    forecast.deployments.sort { left, right in
      if left.deployment.cluster != right.deployment.cluster {
        return left.deployment.cluster < right.deployment.cluster
      }
      let (a, b) = (rank(left), rank(right))
      if a != b { return a < b }
      if left.priority != right.priority { return left.priority > right.priority }
      return left.deployment < right.deployment
    }
  }
}

extension Fleet {
  /// Whether a deployment should run but has no run of its current generation, or is due to run again.
  func waitsForItsTurn(_ slot: Int) -> Bool {
    // Field by field: a copy of the record retains all that it holds.
    if deployments[slot].record.progress.isWithdrawn || deployments[slot].record.traits.suspend { return false }
    let status = deployments[slot].record.progress.status
    guard status == .pending || status == .running else { return false }
    let run = deployments[slot].run.flatMap { runs[$0]?.record }
    if run?.generation != deployments[slot].record.progress.generation { return true }
    return status == .pending && run?.state == .stopping
  }

  fileprivate func forecastCluster(_ slot: Int) -> ForecastCluster {
    let cluster = clusters[slot]
    return ForecastCluster(
      identity: cluster.record.identity, capacity: cluster.record.capacity, unknown: cluster.unknown,
      reservations: cluster.reservations.filter { !deployments[$0.slot].isVacant }.map { reservation in
        ForecastReservation(
          deployment: deployments[reservation.slot].record.identity, at: reservation.start?.at,
          isPromised: reservation.start?.isPromised ?? false, lacking: reservation.lacking)
      })
  }

  fileprivate func span(of id: RunID, from: Instant, now: Instant) -> ForecastSpan {
    if let end = expectedEnd(of: id, now: now) {
      return ForecastSpan(from: from, to: end.at, end: .expected(isPromised: end.isPromised))
    }
    return ForecastSpan(from: from, to: nil, end: runs[id]?.isService == true ? .never : .unknown)
  }
}
