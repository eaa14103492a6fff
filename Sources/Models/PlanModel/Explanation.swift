import FleetModel

/// Why a deployment is where it is, what it lacks, and the smallest changes that would start it: every output is a renderer
/// over it.
public struct Explanation: Hashable, Sendable {
  /// The version of its JSON form.
  public static let formatVersion = 1

  /// How a deployment stands, in a word.
  public enum Standing: String, Hashable, Sendable, CaseIterable {
    /// It waits: the reason says for what.
    case waits
    /// Nothing keeps it: the next apply, or a watch, starts it, or makes room for it.
    case startsNext
    /// Its run begins.
    case starting
    /// It runs.
    case running
    /// Its job ran to its end with success.
    case completed
    /// It has failed, and no retry is left.
    case failed
    /// No manifest declares it any more.
    case leaving
  }

  /// Which.
  public var deployment: DeploymentIdentity
  /// The moment that it is about.
  public var at: Instant
  /// As recorded.
  public var status: DeploymentStatus
  /// How it stands.
  public var standing: Standing
  /// The dominant reason; nil: nothing keeps it.
  public var reason: Reason?
  /// Its own priority.
  public var priority: Priority
  /// Those through which it has more than its own priority, from itself to the one whose own it is; empty: it has not.
  public var inheritance: [PriorityStep] = []
  /// Since when it waits for its next run, runs, or is over; nil: nobody knows.
  public var since: Instant?
  /// When its run ends; nil: it has none.
  public var ends: ExpectedEnd?
  /// From itself along what waits for what to the root cause; the first is itself, and alone where it waits for no other.
  public var chain: [ChainLink] = []
  /// What the last of the chain lacks; nil: it is not room that it lacks.
  public var shortage: Shortage?
  /// When its next run begins; nil: not before somebody does something about it, or it runs.
  public var start: ExpectedStart?
  /// What would start it, the least invasive first. Each was tried out with the scheduler.
  public var suggestions: [Suggestion] = []

  /// Makes one.
  public init(
    deployment: DeploymentIdentity, at: Instant, status: DeploymentStatus, standing: Standing, reason: Reason?,
    priority: Priority, since: Instant?
  ) {
    self.deployment = deployment
    self.at = at
    self.status = status
    self.standing = standing
    self.reason = reason
    self.priority = priority
    self.since = since
  }

  /// Sets `since` right by the last run that has ended: who was preempted keeps the age in the queue, and still waits only
  /// since that run is over.
  ///
  /// - Parameter run: nil: there is none, or it has not been recorded yet that it is over.
  public mutating func take(endOf run: RunRecord?) {
    switch standing {
    case .waits, .startsNext: if let ended = run?.endedAt, let begin = since { since = max(begin, ended) }
    case .completed, .failed: since = run?.endedAt
    case .starting, .running, .leaving: break
    }
  }

  /// A deployment on the way along which a priority is inherited.
  public struct PriorityStep: Hashable, Sendable {
    /// Which.
    public var deployment: DeploymentIdentity
    /// Its own priority.
    public var priority: Priority
    /// Makes one.
    public init(deployment: DeploymentIdentity, priority: Priority) {
      self.deployment = deployment
      self.priority = priority
    }
  }

  /// A deployment on the way to the root cause.
  public struct ChainLink: Hashable, Sendable {
    /// Which.
    public var deployment: DeploymentIdentity
    /// Its status.
    public var status: DeploymentStatus
    /// What keeps it; nil: nothing, or it is about to start.
    public var reason: Reason?
    /// When its run ends; nil: it has none.
    public var ends: ExpectedEnd?
    /// What the one before waits for in it; nil: it is the first.
    public var until: DependencyCondition?
    /// Makes one.
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

  /// When a run gives its room back.
  public enum ExpectedEnd: Hashable, Sendable {
    /// Then; `isPromised`: no later, for `maxRuntime` bounds it. `learned`: what earlier runs took says so; nil: its manifest
    /// does, or it has outrun all that was said.
    case at(Instant, isPromised: Bool, learned: LearnedQuantile? = nil)
    /// It is a service: it goes on.
    case never
    /// Nobody knows.
    case unknown
    /// It was asked to stop.
    case stopping
  }
}

/// The room that a deployment lacks, who has it, and who comes before.
public struct Shortage: Hashable, Sendable {
  /// Who lacks it.
  public var deployment: DeploymentIdentity
  /// What must be admitted together with it, itself last; itself alone where nothing must.
  public var gang: [DeploymentIdentity]
  /// What is asked for in each dimension, in the order ram, cpu, gpu; what is not asked for is left out.
  public var needs: [Need] = []
  /// Live runs that hold some of what is short, the largest share of it first, then by identity; at most `mostHolders`.
  public var holders: [RoomHolder] = []
  /// How many more there are.
  public var furtherHolders = 0
  /// Those before it in the queue, in its order; at most `mostAhead`.
  public var ahead: [QueuedDeployment] = []
  /// How many more there are.
  public var furtherAhead = 0
  /// What is kept for others on its cluster, in the order of the queue.
  public var reservations: [ForecastReservation] = []
  /// For whom room is being freed on its cluster, by identity.
  public var nominated: [DeploymentIdentity] = []

  /// No more are listed.
  public static let mostHolders = 12
  /// No more are listed.
  public static let mostAhead = 8

  /// Makes one.
  public init(deployment: DeploymentIdentity, gang: [DeploymentIdentity]) {
    self.deployment = deployment
    self.gang = gang
  }

  /// One dimension of a request.
  public struct Need: Hashable, Sendable {
    /// Which.
    public var dimension: Dimension
    /// What is asked for on this cluster, with all that must be admitted together, in whole units (bytes or thousandths).
    public var requested: Int64
    /// What one request could have now; never negative.
    public var free: Int64
    /// By how much that is too little; of GPUs at least what would have to be free beside it in one place.
    public var short: Int64
    /// All that the cluster has.
    public var total: Int64
    /// Makes one.
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
    /// Whose run it is.
    public var deployment: DeploymentIdentity
    /// Its effective priority.
    public var priority: Priority
    /// What it holds.
    public var held: Resources
    /// Since when it has executed; nil: it has not begun to.
    public var since: Instant?
    /// When it gives its room back.
    public var ends: Explanation.ExpectedEnd
    /// Makes one.
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
    /// Which.
    public var deployment: DeploymentIdentity
    /// Its effective priority.
    public var priority: Priority
    /// What it asks for.
    public var request: Resources
    /// Since when it waits.
    public var since: Instant
    /// Makes one.
    public init(deployment: DeploymentIdentity, priority: Priority, request: Resources, since: Instant) {
      self.deployment = deployment
      self.priority = priority
      self.request = request
      self.since = since
    }
  }
}
