/// Everything that the state database holds and planning needs, as one value.
public struct RecordedState: Sendable {
  public var installation: Installation
  /// The next number for each table.
  public var counters: IDCounters
  public var sources: [SourceRecord]
  public var organizations: [OrganizationRecord]
  public var users: [UserRecord]
  public var clusters: [ClusterRecord]
  public var deployments: [DeploymentRecord]
  /// The live runs only.
  public var runs: [RunRecord]

  /// An empty state of an installation.
  public init(installation: Installation) {
    self.installation = installation
    counters = IDCounters()
    sources = []
    organizations = []
    users = []
    clusters = []
    deployments = []
    runs = []
  }
}

/// The next number for each table; what was given out is never given out again.
public struct IDCounters: Sendable, Hashable {
  public var source: Int64 = 1
  public var organization: Int64 = 1
  public var user: Int64 = 1
  public var cluster: Int64 = 1
  public var deployment: Int64 = 1
  public var run: Int64 = 1
  /// All at 1.
  public init() {}
}

/// One thing that happened, for `berth events`: kept by identity, so that it outlives its object.
public struct EventRecord: Sendable, Hashable {
  public var at: Instant
  /// What it is about.
  public var subject: ObjectIdentity
  /// The run, if it is about one.
  public var run: RunName?
  /// A stable word: `created`, `started`, `completed`, `failed`, `stopping`…
  public var code: String
  /// For people; never contains a secret. Not yet escaped for a terminal.
  public var message: String

  /// Makes an event.
  public init(at: Instant, subject: ObjectIdentity, run: RunName?, code: String, message: String) {
    self.at = at
    self.subject = subject
    self.run = run
    self.code = code
    self.message = message
  }
}

/// One write of a transaction. The order within a transaction is the core's: what is named exists before what names it.
public enum StateWrite: Sendable, Hashable {
  case source(SourceRecord)
  case organization(OrganizationRecord)
  case user(UserRecord)
  case cluster(ClusterRecord)
  /// The whole record, with its dependencies.
  case deployment(DeploymentRecord)
  /// Only what changes as it runs.
  case progress(DeploymentID, DeploymentProgress)
  /// Inserts the run or replaces its row.
  case run(RunRecord)
  case event(EventRecord)
  case organizationDeleted(OrganizationID)
  case userDeleted(UserID)
  case clusterDeleted(ClusterID)
  case deploymentDeleted(DeploymentID)
}
