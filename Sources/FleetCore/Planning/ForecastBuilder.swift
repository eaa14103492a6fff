import FleetModel
import PlanModel
import Scheduling

/// Advances a rehearsal until nothing waits or nothing more happens, and collects the forecast.
struct ForecastBuilder {
  private(set) var forecast: Forecast
  private var positions: [DeploymentID: Int] = [:]
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
    let horizonEnd = rehearsal.now + limits.horizon
    let lastStep = rehearsal.steps + limits.steps
    while waiting > 0 {
      guard let next = rehearsal.nextEvent else { break }
      if next > horizonEnd {
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
      noteStarts(of: rehearsal.launched, rehearsal.fleet, now: rehearsal.now)
      dependencies.update(
        rehearsal.fleet, ended: rehearsal.ended, launched: rehearsal.launched, now: rehearsal.now
      ) { slot in
        guard let position = positions[rehearsal.fleet.deployments[slot].record.id] else { return false }
        if case .unknown? = entries[position].start { return true }
        return entries[position].start == .at(rehearsal.now)
      }
    }
    forecast.until = forecast.bound == .horizon ? horizonEnd : rehearsal.now
    explainUnknownStarts(rehearsal.fleet)
    forecast.waits = dependencies.waits
    for position in entries.indices {
      entries[position].reason = forecast.decisive(entries[position].reason, of: entries[position].deployment)
    }
    forecast.deployments = entries
    sortDeployments()
  }

  // MARK: The beginning

  private mutating func enter(_ fleet: Fleet, _ starting: [Action], _ limits: ForecastLimits, now: Instant) {
    let slots = fleet.clusters.indices.filter { !fleet.clusters[$0].isVacant }
    forecast.clusters = slots.map { fleet.forecastCluster($0) }.sorted { $0.identity < $1.identity }
    for slot in fleet.deployments.indices where !fleet.deployments[slot].isVacant {
      let waits = fleet.waitsToBegin(slot)
      guard waits || (limits.includesRuns && fleet.deployments[slot].run != nil) else { continue }
      let state = fleet.deployments[slot]
      var entry = DeploymentForecast(
        deployment: state.record.identity, priority: state.effectivePriority, request: state.record.traits.resources)
      if waits {
        waiting += 1
        entry.start = .unknown(.beyond(now))
        if limits.includesRuns { entry.reason = fleet.reason(of: slot, now: now) }
      }
      positions[state.record.id] = entries.count
      if limits.includesRuns, let id = state.run, let run = fleet.runs[id]?.record {
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
        let slot = fleet.deploymentsByIdentity[identity], let position = positions[fleet.deployments[slot].record.id]
      else { continue }
      if entries[position].start == nil { entries[position].start = .now }
    }
  }

  // MARK: What happens

  private mutating func note(_ actions: [Action], _ fleet: Fleet, _ limits: ForecastLimits, now: Instant) {
    for action in actions {
      guard case .deployment(let identity) = action.identity, let slot = fleet.deploymentsByIdentity[identity],
        let position = positions[fleet.deployments[slot].record.id]
      else { continue }
      switch action.kind {
      case .start:
        if limits.includesRuns, let id = fleet.deployments[slot].run {
          openRuns[position] = id
          entries[position].spans.append(fleet.span(of: id, from: now, now: now))
        }
      case .preempt(let other): endSpan(position, .preempted(for: other), now)
      case .stop(.preempted(let id)):
        let other = fleet.deploymentsByID[id].map { fleet.deployments[$0].record.identity }
        endSpan(position, other.map { .preempted(for: $0) } ?? .stopped, now)
      case .stop: endSpan(position, .stopped, now)
      case .register, .update, .prune, .hold: break
      }
    }
  }

  /// Notes the starts of runs that were launched. A run that was admitted with what it needs begins later than it takes its
  /// room.
  private mutating func noteStarts(of launched: [DeploymentSlot], _ fleet: Fleet, now: Instant) {
    for slot in launched {
      guard let position = positions[fleet.deployments[slot].record.id], case .unknown = entries[position].start else {
        continue
      }
      entries[position].start = .at(now)
      waiting -= 1
    }
  }

  private mutating func endSpan(_ position: Int, _ end: ForecastSpan.End, _ now: Instant) {
    guard let last = entries[position].spans.indices.last, openRuns.removeValue(forKey: position) != nil else { return }
    entries[position].spans[last].to = now
    entries[position].spans[last].end = end
  }

  // MARK: The end

  private mutating func explainUnknownStarts(_ fleet: Fleet) {
    if waiting == 0 { return }
    var unknown = UnknownStarts(fleet, until: forecast.until, isBounded: forecast.bound != nil)
    for position in entries.indices {
      guard case .unknown = entries[position].start else { continue }
      dependencies.recordUnmet(of: entries[position].deployment, fleet, now: forecast.until)
      entries[position].start = .unknown(unknown.reason(for: entries[position].deployment))
    }
  }

  private mutating func sortDeployments() {
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
  fileprivate func forecastCluster(_ slot: ClusterSlot) -> ForecastCluster {
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
