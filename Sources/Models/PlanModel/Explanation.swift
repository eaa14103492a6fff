import FleetModel

/// Explanation of a deployment's state, of the room that it lacks, and of the smallest changes that would start it; every
/// output is a rendering of it.
public struct Explanation: Hashable, Sendable {
  /// Version of the JSON form.
  public static let formatVersion = 1

  /// State of a deployment, in a word.
  public enum State: String, Hashable, Sendable, CaseIterable {
    /// The deployment waits for what the reason names.
    case waits
    /// Nothing holds the deployment: the next apply, or a watch, starts it or frees room for it.
    case startsNext
    /// A run begins.
    case starting
    /// The deployment runs.
    case running
    /// The job ran to its end with success.
    case completed
    /// The deployment has failed with no retry left.
    case failed
    /// No manifest declares the deployment any more.
    case leaving
  }

  /// The explained deployment.
  public var deployment: DeploymentIdentity
  /// The time that the explanation is about.
  public var at: Instant
  /// The recorded status.
  public var status: DeploymentStatus
  /// The state in a word.
  public var state: State
  /// The dominant reason; nil: nothing holds the deployment.
  public var reason: Reason?
  /// The declared priority.
  public var priority: Priority
  /// The deployments through which it inherits a higher priority, from itself to the one that declares it; empty: it
  /// inherits none.
  public var inheritance: [PriorityStep] = []
  /// Time since which it waits for its next run, runs, or is over; nil: unknown.
  public var since: Instant?
  /// The expected end of its run; nil: it has none.
  public var ends: ExpectedEnd?
  /// The path from itself along dependencies and claims to the root cause; its only link is itself if it waits for no other
  /// deployment.
  public var chain: [ChainLink] = []
  /// The room that the last link of the chain lacks; nil: it lacks something else.
  public var shortage: Shortage?
  /// The end of its last run, if that has a bearing on what would help; nil: it has not, or is not known.
  public var lastOutcome: RunOutcome?
  /// Whether a watch lives, which starts what can start; otherwise somebody has to apply.
  public var isWatched = false
  /// The expected start of its next run; nil: somebody has to act first, or it runs.
  public var start: ExpectedStart?
  /// The time by which room is reserved for it whatever the runs before it were expected to take, because `maxRuntime` bounds
  /// all of them; nil: nothing is promised.
  public var promise: Instant?
  /// Changes that would start it, the least invasive first. Each was tried with the scheduler.
  public var suggestions: [Suggestion] = []

  /// Makes an explanation.
  public init(
    deployment: DeploymentIdentity, at: Instant, status: DeploymentStatus, state: State, reason: Reason?,
    priority: Priority, since: Instant?
  ) {
    self.deployment = deployment
    self.at = at
    self.status = status
    self.state = state
    self.reason = reason
    self.priority = priority
    self.since = since
  }

  /// Corrects `since` by the last run that has ended: a preempted deployment keeps its age in the queue, but waits only
  /// since that run ended.
  ///
  /// - Parameter run: nil: there is none, or its end is not recorded yet.
  public mutating func adjustSince(toEndOf run: RunRecord?) {
    switch state {
    case .waits, .startsNext: if let ended = run?.endedAt, let begin = since { since = max(begin, ended) }
    case .completed, .failed: since = run?.endedAt
    case .starting, .running, .leaving: break
    }
  }

  /// A deployment on the path along which a priority is inherited.
  public struct PriorityStep: Hashable, Sendable {
    /// The deployment.
    public var deployment: DeploymentIdentity
    /// The declared priority.
    public var priority: Priority
    /// Makes a priority step.
    public init(deployment: DeploymentIdentity, priority: Priority) {
      self.deployment = deployment
      self.priority = priority
    }
  }

  /// A deployment on the path to the root cause.
  public struct ChainLink: Hashable, Sendable {
    /// The deployment.
    public var deployment: DeploymentIdentity
    /// The deployment's status.
    public var status: DeploymentStatus
    /// The reason that holds it; nil: none, or it is about to start.
    public var reason: Reason?
    /// The expected end of its run; nil: it has none.
    public var ends: ExpectedEnd?
    /// The condition that the preceding link waits for; nil: the link is the first, or the preceding one does not wait for a dependency.
    public var until: DependencyCondition?
    /// Makes a chain link.
    public init(
      deployment: DeploymentIdentity, status: DeploymentStatus, reason: Reason?, ends: ExpectedEnd?,
      until: DependencyCondition?
    ) {
      self.deployment = deployment
      self.status = status
      self.reason = reason
      self.ends = ends
      self.until = until
    }
  }

  /// Time when a run gives its room back.
  public enum ExpectedEnd: Hashable, Sendable {
    /// At a time. `isPromised`: no later, because `maxRuntime` bounds it. `learned`: estimated from earlier runs; nil:
    /// declared in the manifest, or the run has exceeded every estimate. `latest`: the bound by `maxRuntime`, if it is later.
    case at(Instant, isPromised: Bool, learned: LearnedQuantile? = nil, latest: Instant? = nil)
    /// Never: the run is of a service.
    case never
    /// At an unknown time.
    case unknown
    /// Soon: the run was asked to stop.
    case stopping
  }
}

/// The room that a deployment lacks, the runs that hold it, and the deployments that come before.
public struct Shortage: Hashable, Sendable {
  /// The deployment that lacks room.
  public var deployment: DeploymentIdentity
  /// The deployments that must be admitted together with it, itself last; only itself if it has no gang.
  public var gang: [DeploymentIdentity]
  /// The request in each dimension, in the order ram, cpu, gpu; dimensions that are not requested are left out.
  public var needs: [Need] = []
  /// Live runs that hold some of what is short, the largest share of it first, then by identity; at most `holderLimit`.
  public var holders: [RoomHolder] = []
  /// Number of further holders.
  public var furtherHolders = 0
  /// Deployments before it in the queue, in the queue's order; at most `aheadLimit`.
  public var ahead: [QueuedDeployment] = []
  /// Number of further deployments ahead.
  public var furtherAhead = 0
  /// The reservations of others on its cluster, in the order of the queue.
  public var reservations: [ForecastReservation] = []
  /// The deployments for which room is being freed on its cluster, by identity.
  public var nominated: [DeploymentIdentity] = []

  /// Limit of the listed holders.
  public static let holderLimit = 12
  /// Limit of the listed deployments ahead.
  public static let aheadLimit = 8

  /// Makes a shortage.
  public init(deployment: DeploymentIdentity, gang: [DeploymentIdentity]) {
    self.deployment = deployment
    self.gang = gang
  }

  /// One dimension of a request.
  public struct Need: Hashable, Sendable {
    /// The dimension.
    public var dimension: Dimension
    /// The request on this cluster, with everything that must be admitted together, in whole units (bytes or thousandths).
    public var requested: Int64
    /// The room that one request could get now; never negative.
    public var free: Int64
    /// The missing amount; for GPUs at least the amount that would have to be free in addition on one device.
    public var short: Int64
    /// The cluster's capacity.
    public var total: Int64
    /// Makes a need.
    public init(dimension: Dimension, requested: Int64, free: Int64, short: Int64, total: Int64) {
      self.dimension = dimension
      self.requested = requested
      self.free = free
      self.short = short
      self.total = total
    }
  }

  /// A live run that holds room.
  public struct RoomHolder: Hashable, Sendable {
    /// The deployment of the run.
    public var deployment: DeploymentIdentity
    /// The deployment's effective priority.
    public var priority: Priority
    /// The resources that the run holds.
    public var held: Resources
    /// Time when execution began; nil: it has not.
    public var since: Instant?
    /// The expected end of the run.
    public var ends: Explanation.ExpectedEnd
    /// Makes a room holder.
    public init(
      deployment: DeploymentIdentity, priority: Priority, held: Resources, since: Instant?,
      ends: Explanation.ExpectedEnd
    ) {
      self.deployment = deployment
      self.priority = priority
      self.held = held
      self.since = since
      self.ends = ends
    }
  }

  /// A deployment in a queue.
  public struct QueuedDeployment: Hashable, Sendable {
    /// The deployment.
    public var deployment: DeploymentIdentity
    /// The deployment's effective priority.
    public var priority: Priority
    /// The resources that it requests.
    public var request: Resources
    /// Time since which it waits.
    public var since: Instant
    /// Makes a queued deployment.
    public init(deployment: DeploymentIdentity, priority: Priority, request: Resources, since: Instant) {
      self.deployment = deployment
      self.priority = priority
      self.request = request
      self.since = since
    }
  }
}
