import FleetModel

/// The expected events on clusters from a time on, if nobody changes anything and runs end when they are expected to.
public struct Forecast: Hashable, Sendable {
  /// Start of the forecast.
  public var from: Instant
  /// End of the forecast: everything that was asked for was found out by then, or a bound was reached.
  public var until: Instant
  /// The bound that ended the forecast while something still waited; nil: nothing more would have happened.
  public var bound: Bound?
  /// The clusters, by identity.
  public var clusters: [ForecastCluster]
  /// The deployments that wait, run or start: by cluster, then in the order of their starts, then of the queue.
  public var deployments: [DeploymentForecast]
  /// Expected durations, estimated from earlier runs, of the jobs that wait or run and declare none; by image and user.
  public var learned: [LearnedRuntime] = []
  /// The decisive dependency of each deployment that waits for dependencies at the beginning, where it was determined.
  public var waits: [DeploymentIdentity: ForecastWait] = [:]

  /// Whether any deployment is to start.
  public var hasStarts: Bool {
    deployments.contains { entry in
      switch entry.start {
      case .now, .at: true
      case .unknown, nil: false
      }
    }
  }

  /// Bound of a forecast.
  public enum Bound: String, Hashable, Sendable, CaseIterable {
    /// The end of the time to look ahead.
    case horizon
    /// The limit on the number of events.
    case steps
  }

  /// Makes an empty forecast.
  public init(from: Instant) {
    self.from = from
    until = from
    bound = nil
    clusters = []
    deployments = []
  }
}

/// The quantile of earlier runs, of the same image and user, that predicts the end of a run.
public struct LearnedQuantile: Hashable, Sendable {
  /// Percentile, 50 or 90: so many of a hundred runs took no longer.
  public var percent: Int
  /// Number of runs that the quantile is based on.
  public var runs: Int

  /// Makes a learned quantile.
  public init(percent: Int, runs: Int) {
    self.percent = percent
    self.runs = runs
  }
}

/// Prediction of the durations of further runs from earlier ones of the same image and user.
public struct LearnedRuntime: Hashable, Sendable {
  /// Measure of earlier runs.
  public enum Basis: Hashable, Sendable {
    /// Their durations, for jobs that declare none.
    case durations(RuntimeEstimate)
    /// Their durations in proportion to what was declared of them, for jobs that declare one.
    case declared(RuntimeCorrection)

    /// Position among those of one image and user.
    public var rank: Int {
      switch self {
      case .durations: 0
      case .declared: 1
      }
    }
  }
  /// The image of the runs.
  public var image: String
  /// The name of the owner.
  public var user: String
  /// The measure of the earlier runs.
  public var basis: Basis

  /// Makes a learned runtime.
  public init(image: String, user: String, basis: Basis) {
    self.image = image
    self.user = user
    self.basis = basis
  }
}

/// A cluster in a forecast.
public struct ForecastCluster: Hashable, Sendable {
  /// The cluster.
  public var identity: ClusterIdentity
  /// The cluster's capacity.
  public var capacity: Resources
  /// The reason why its engine does not answer, so that nothing is forecast for it; nil: it answers.
  public var unknown: String?
  /// The reservations at the beginning, in the order of the queue.
  public var reservations: [ForecastReservation]

  /// Makes a forecast cluster.
  public init(
    identity: ClusterIdentity, capacity: Resources, unknown: String? = nil, reservations: [ForecastReservation] = []
  ) {
    self.identity = identity
    self.capacity = capacity
    self.unknown = unknown
    self.reservations = reservations
  }
}

/// Room that is reserved for a deployment that does not fit yet.
public struct ForecastReservation: Hashable, Sendable {
  /// The deployment that the room is reserved for.
  public var deployment: DeploymentIdentity
  /// The expected start; nil: unknown.
  public var at: Instant?
  /// Whether the start is certain to come no later: `maxRuntime` bounds every run that it depends on.
  public var isPromised: Bool
  /// The dimensions of which the deployment lacks room.
  public var lacking: [Dimension]

  /// Makes a forecast reservation.
  public init(deployment: DeploymentIdentity, at: Instant?, isPromised: Bool, lacking: [Dimension]) {
    self.deployment = deployment
    self.at = at
    self.isPromised = isPromised
    self.lacking = lacking
  }
}

/// One deployment in a forecast.
public struct DeploymentForecast: Hashable, Sendable {
  /// The deployment.
  public var deployment: DeploymentIdentity
  /// The effective priority at the beginning.
  public var priority: Priority
  /// The resources that a run holds.
  public var request: Resources
  /// The expected start of the next run; nil: it runs already.
  public var start: ExpectedStart?
  /// The reason why it waits at the beginning; nil: it does not wait.
  public var reason: Reason?
  /// The runs in their order, where they were asked for.
  public var spans: [ForecastSpan]

  /// Makes a deployment forecast.
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

/// The dependency that decides when a waiting deployment starts.
public struct ForecastWait: Hashable, Sendable {
  /// The dependency that is met last.
  public var dependency: Dependency
  /// The reason why it waits once that dependency is met; nil: it does not wait, or the reason is unknown.
  public var then: Reason?

  /// Makes a forecast wait.
  public init(_ dependency: Dependency, then: Reason? = nil) {
    self.dependency = dependency
    self.then = then
  }
}

extension Forecast {
  /// Returns the reason of a deployment, with the decisive dependency in place of another.
  public func decisive(_ reason: Reason?, of identity: DeploymentIdentity) -> Reason? {
    guard case .waitsForDependency? = reason, let last = waits[identity]?.dependency else { return reason }
    return .waitsForDependency(last.on, until: last.until)
  }
}

extension Plan {
  /// The actions, in which a hold for dependencies names the one that decides when the deployment starts. The steps are
  /// those of `actions`, which do not depend on the forecast.
  public var forecastActions: [Action] {
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
  /// End of a run in a forecast.
  public enum End: Hashable, Sendable {
    /// By itself, at the expected time; `isPromised`: no later, because `maxRuntime` bounds it.
    case expected(isPromised: Bool)
    /// By a preemption for another deployment.
    case preempted(for: DeploymentIdentity)
    /// By another stop.
    case stopped
    /// Never: the run is of a service.
    case never
    /// At an unknown time.
    case unknown
  }
  /// Time when it took its room; before the forecast's beginning for a run that is live already.
  public var from: Instant
  /// Time when it gives its room back; nil: unknown, or never.
  public var to: Instant?
  /// The kind of end.
  public var end: End

  /// Makes a forecast span.
  public init(from: Instant, to: Instant?, end: End) {
    self.from = from
    self.to = to
    self.end = end
  }
}

/// Expected start of a deployment's next run.
public enum ExpectedStart: Hashable, Sendable {
  /// At once.
  case now
  /// At a time.
  case at(Instant)
  /// At a time that can't be predicted, with the reason.
  case unknown(UnknownStart)
}

/// Reason why the start of a deployment can't be predicted.
public enum UnknownStart: Hashable, Sendable {
  /// The deployment needs the room or the completion of jobs whose end is unknown; by identity, at most four.
  case endsUnknown([DeploymentIdentity])
  /// The start lies beyond the end of the forecast.
  case beyond(Instant)
  /// Nothing that happens by itself would start the deployment; the reason holds it once every run that ends has ended.
  case held(Reason)
}

/// Cost of one preemption.
public struct PreemptionBill: Hashable, Sendable {
  /// The deployment whose run is stopped.
  public var victim: DeploymentIdentity
  /// The deployment that the run is stopped for.
  public var preemptor: DeploymentIdentity
  /// The victim's effective priority.
  public var priority: Priority
  /// The resources that the victim's run holds.
  public var held: Resources
  /// Time that the run has executed: the work that is lost.
  public var elapsed: TimeSpan
  /// Deployments whose runs rely on the victim (`until: running`) and stop with it, or run on without it; by identity.
  public var dependants: [DeploymentIdentity]
  /// The expected start of the victim's next run; nil: not computed.
  public var comesBack: ExpectedStart?
  /// The search that chose the victim; nil: unknown.
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

  /// GPU-hours that the run has executed.
  public var gpuHoursLost: Double { Double(held.gpuMilli) / 1000 * Double(elapsed.nanoseconds) / 3.6e12 }
}
