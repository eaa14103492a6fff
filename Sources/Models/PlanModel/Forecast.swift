import FleetModel

/// What is expected to happen on clusters from a moment on, if nobody changes anything and runs end when they are expected to.
public struct Forecast: Hashable, Sendable {
  /// The moment from which it looks ahead.
  public var from: Instant
  /// How far it looked: all that was to be found out was found out by then, or it went no further.
  public var until: Instant
  /// Why it went no further though something still waited; nil: nothing more would have happened.
  public var bound: Bound?
  /// The clusters, by identity.
  public var clusters: [ForecastCluster]
  /// What waits, runs or starts: by cluster, then in the order in which it begins, then as it waits.
  public var deployments: [DeploymentForecast]
  /// What is expected, by earlier runs, of the jobs that wait or run and say nothing of it themselves; by image and user.
  public var learned: [LearnedRuntime] = []
  /// What decides of those that wait for dependencies at the beginning, where that was found out.
  public var waits: [DeploymentIdentity: ForecastWait] = [:]

  /// What ends a forecast.
  public enum Bound: String, Hashable, Sendable, CaseIterable {
    /// The time that it was to look ahead is over.
    case horizon
    /// It followed as many events as it was to.
    case steps
  }

  /// An empty forecast.
  public init(from: Instant) {
    self.from = from
    until = from
    bound = nil
    clusters = []
    deployments = []
  }
}

/// Which of the earlier runs of its image and user say when a run ends.
public struct LearnedQuantile: Hashable, Sendable {
  /// 50 or 90: so many of a hundred took no longer.
  public var percent: Int
  /// How many runs it rests on.
  public var runs: Int

  /// Makes one.
  public init(percent: Int, runs: Int) {
    self.percent = percent
    self.runs = runs
  }
}

/// What runs of an image are expected to take, by what earlier ones of one user took.
public struct LearnedRuntime: Hashable, Sendable {
  /// What they run.
  public var image: String
  /// The name of their owner.
  public var user: String
  /// What is expected.
  public var estimate: RuntimeEstimate

  /// Makes one.
  public init(image: String, user: String, estimate: RuntimeEstimate) {
    self.image = image
    self.user = user
    self.estimate = estimate
  }
}

/// A cluster in a forecast.
public struct ForecastCluster: Hashable, Sendable {
  /// Which.
  public var identity: ClusterIdentity
  /// What it has.
  public var capacity: Resources
  /// Why its engine does not answer: nothing is foreseen of it; nil: it does.
  public var unknown: String?
  /// What is kept at the beginning, in the order of the queue.
  public var reservations: [ForecastReservation]

  /// Makes one.
  public init(
    identity: ClusterIdentity, capacity: Resources, unknown: String? = nil, reservations: [ForecastReservation] = []
  ) {
    self.identity = identity
    self.capacity = capacity
    self.unknown = unknown
    self.reservations = reservations
  }
}

/// Room that is kept for a deployment that does not fit yet.
public struct ForecastReservation: Hashable, Sendable {
  /// For whom.
  public var deployment: DeploymentIdentity
  /// From when; nil: nobody can know.
  public var at: Instant?
  /// It comes no later: `maxRuntime` bounds all that it rests on.
  public var isPromised: Bool
  /// What it lacks.
  public var lacking: [Dimension]

  /// Makes one.
  public init(deployment: DeploymentIdentity, at: Instant?, isPromised: Bool, lacking: [Dimension]) {
    self.deployment = deployment
    self.at = at
    self.isPromised = isPromised
    self.lacking = lacking
  }
}

/// One deployment in a forecast.
public struct DeploymentForecast: Hashable, Sendable {
  /// Which.
  public var deployment: DeploymentIdentity
  /// Its effective priority at the beginning.
  public var priority: Priority
  /// What a run holds.
  public var request: Resources
  /// When its next run begins; nil: it runs already.
  public var start: ExpectedStart?
  /// What it waits for at the beginning; nil: for nothing.
  public var reason: Reason?
  /// Its runs in their order, where they were asked for.
  public var spans: [ForecastSpan]

  /// Makes one.
  public init(
    deployment: DeploymentIdentity, priority: Priority, request: Resources, start: ExpectedStart? = nil,
    reason: Reason? = nil, spans: [ForecastSpan] = []
  ) {
    self.deployment = deployment
    self.priority = priority
    self.request = request
    self.start = start
    self.reason = reason
    self.spans = spans
  }
}

/// What decides when a deployment starts that waits for dependencies.
public struct ForecastWait: Hashable, Sendable {
  /// The one that is met last.
  public var dependency: Dependency
  /// What it waits for once that is met; nil: for nothing, or nobody knows.
  public var then: Reason?

  /// Makes one.
  public init(_ dependency: Dependency, then: Reason? = nil) {
    self.dependency = dependency
    self.then = then
  }
}

extension Forecast {
  /// What a deployment waits for; where it is a dependency: the one that decides when it starts.
  public func decisive(_ reason: Reason?, of identity: DeploymentIdentity) -> Reason? {
    guard case .waitsForDependency? = reason, let last = waits[identity]?.dependency else { return reason }
    return .waitsForDependency(last.on, until: last.until)
  }
}

extension Plan {
  /// The actions, where what waits for several dependencies names the one that decides when it starts. What is done is as in
  /// `actions`, which say the same at any time.
  public var actionsAsForeseen: [Action] {
    guard let forecast, !forecast.waits.isEmpty else { return actions }
    return actions.map { action in
      guard case .hold(let reason) = action.kind, case .deployment(let identity) = action.identity,
        let decisive = forecast.decisive(reason, of: identity)
      else { return action }
      return Action(.hold(decisive), action.identity)
    }
  }
}

/// One run in a forecast.
public struct ForecastSpan: Hashable, Sendable {
  /// How it ends.
  public enum End: Hashable, Sendable {
    /// By itself, when it is expected to; `isPromised`: no later, for `maxRuntime` bounds it.
    case expected(isPromised: Bool)
    /// It is stopped for another.
    case preempted(for: DeploymentIdentity)
    /// It is stopped otherwise.
    case stopped
    /// It is a service: it goes on.
    case never
    /// Nobody knows.
    case unknown
  }
  /// When it took its room; before the forecast's beginning for what runs already.
  public var from: Instant
  /// When it gives it back; nil: nobody knows, or never.
  public var to: Instant?
  /// How it ends.
  public var end: End

  /// Makes one.
  public init(from: Instant, to: Instant?, end: End) {
    self.from = from
    self.to = to
    self.end = end
  }
}

/// When a deployment's next run begins.
public enum ExpectedStart: Hashable, Sendable {
  /// At once.
  case now
  /// Then.
  case at(Instant)
  /// Nobody can say, and why.
  case unknown(UnknownStart)
}

/// Why nobody can say when a deployment starts.
public enum UnknownStart: Hashable, Sendable {
  /// It needs what these jobs hold or come to, and nobody knows how long they run; by identity, at most four.
  case endsUnknown([DeploymentIdentity])
  /// Not before then, where the forecast ends.
  case beyond(Instant)
  /// Nothing that comes about by itself would start it: what holds it when all has ended that ends.
  case held(Reason)
}

/// What one preemption costs.
public struct PreemptionBill: Hashable, Sendable {
  /// Whose run is stopped.
  public var victim: DeploymentIdentity
  /// For whom.
  public var preemptor: DeploymentIdentity
  /// The victim's effective priority.
  public var priority: Priority
  /// What its run holds.
  public var held: Resources
  /// How long the run has executed: the work that is lost.
  public var elapsed: TimeSpan
  /// Deployments whose runs rely on the victim (`until: running`) and stop with it, or run on without it; by identity.
  public var dependants: [DeploymentIdentity]
  /// When the victim is expected to run again; nil: nobody has looked.
  public var comesBack: ExpectedStart?
  /// How the victim was found; nil: that is not known.
  public var selection: VictimSelection?

  /// Makes a bill.
  public init(
    victim: DeploymentIdentity, preemptor: DeploymentIdentity, priority: Priority, held: Resources, elapsed: TimeSpan,
    dependants: [DeploymentIdentity] = [], comesBack: ExpectedStart? = nil
  ) {
    self.victim = victim
    self.preemptor = preemptor
    self.priority = priority
    self.held = held
    self.elapsed = elapsed
    self.dependants = dependants
    self.comesBack = comesBack
  }

  /// GPUs times hours that the run has executed.
  public var gpuHoursLost: Double { Double(held.gpuMilli) / 1000 * Double(elapsed.nanoseconds) / 3.6e12 }
}
