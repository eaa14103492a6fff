import FleetCore
import FleetModel
import PlanModel

extension Scenario {
  /// Applies the declarations; every call succeeds at once. Returns the actions, and the holds that are new.
  @discardableResult
  public mutating func apply() throws -> String {
    let actions = deliver([.declared(try comparison().revision)])
    return (Self.lines(actions) + Self.lines(fleet.holds(of: "default", now: now))).joined(separator: "\n")
  }

  /// Ends a run; returns the response.
  @discardableResult
  public mutating func end(_ name: String, _ outcome: RunOutcome = .exited(status: 0)) -> String {
    guard let run = fleet.liveRun(of: identity(name)) else { return "no run" }
    return response(to: [.runsObserved(run.cluster, [run.name: .ended(outcome, at: now)])])
  }

  /// Advances time and fires due timers; returns the response.
  @discardableResult
  public mutating func advance(_ seconds: Int64) -> String {
    now = now + .seconds(seconds)
    return response(to: [.timer])
  }

  /// Ends the runs that were asked to stop; returns the response.
  @discardableResult
  public mutating func confirmStops() -> String {
    let events = stopping.sorted { $0.key < $1.key }.map { name, cluster in
      Event.runsObserved(cluster, [name: .ended(.signaled(signal: 15), at: now)])
    }
    stopping = [:]
    return response(to: events)
  }

  /// Delivers events; returns the response.
  @discardableResult
  public mutating func response(to events: [Event]) -> String { Self.lines(deliver(events)).joined(separator: "\n") }

  /// Goes on with the recorded state, as a new process would that has not looked at the engines yet.
  public mutating func reload() { fleet = Fleet(recorded.state(fleet), following: fleet) }

  /// A deployment's status, with its reason if it has one: `PENDING waitsForDependency`.
  public func state(_ name: String) -> String {
    guard let record = fleet.deployment(identity(name)) else { return "gone" }
    let reason = fleet.reason(of: identity(name), now: now).map { " \($0.code)" } ?? ""
    return record.progress.status.rawValue + reason
  }

  /// Takes events, and returns what was done about them.
  public mutating func actions(of events: [Event]) -> [Action] { deliver(events) }

  private mutating func deliver(_ first: [Event]) -> [Action] {
    var actions: [Action] = []
    var events = first
    var next = 0
    while next < events.count {
      let event = events[next]
      next += 1
      // One engine answers for all of its clusters at once.
      var observed: [ClusterID: ClusterObservation] = [:]
      for effect in step(&fleet, event, now: now) {
        switch effect {
        case .commit(let commit):
          actions += commit.actions
          recorded.apply(commit.writes)
        case .prepare(let order):
          events.append(.callFinished(order.run.name, .prepared(handle: order.run.name.text)))
        case .launch(let order, _):
          events.append(
            .callFinished(order.run.name, .launched(queuesLaunches ? .queued("in line") : .running(since: now))))
        case .stop(let name, let cluster, _):
          events.append(.callFinished(name, .stopRequested(.running(since: now))))
          if stopsSlowly {
            stopping[name] = cluster
          } else {
            events.append(.runsObserved(cluster, [name: .ended(.signaled(signal: 15), at: now)]))
          }
        case .observe(let cluster): observed[cluster] = .answered(runs: [:], asOf: fleet.stepCount)
        case .wake(let at): wakes.insert(at)
        case .remove: break
        }
      }
      if !observed.isEmpty { events.append(.clustersObserved(observed)) }
    }
    return actions
  }
}
