/// Everything that the state database holds and planning needs, as one value.
public struct RecordedState: Sendable {
  /// Which state database it is.
  public var installation: Installation
  /// The next number for each table.
  public var counters: IDCounters
  /// Every row of `sources`.
  public var sources: [SourceRecord]
  /// Every row of `organizations`.
  public var organizations: [OrganizationRecord]
  /// Every row of `users`.
  public var users: [UserRecord]
  /// Every row of `clusters`.
  public var clusters: [ClusterRecord]
  /// Every row of `deployments`, the withdrawn ones too.
  public var deployments: [DeploymentRecord]
  /// The live runs only.
  public var runs: [RunRecord]
  /// Every row of `runtimes`.
  public var runtimes: [RuntimeHistory]

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
    runtimes = []
  }
}

/// The next number for each table; what was given out is never given out again.
public struct IDCounters: Sendable, Hashable {
  /// For `sources`.
  public var source: Int64 = 1
  /// For `organizations`.
  public var organization: Int64 = 1
  /// For `users`.
  public var user: Int64 = 1
  /// For `clusters`.
  public var cluster: Int64 = 1
  /// For `deployments`.
  public var deployment: Int64 = 1
  /// For `runs`.
  public var run: Int64 = 1
  /// All at 1.
  public init() {}
}

/// One thing that happened, for `berth events`: kept by identity, so that it outlives its object.
public struct EventRecord: Sendable, Hashable {
  /// When it happened.
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
  /// Inserts the source or replaces its row.
  case source(SourceRecord)
  /// Inserts the organization or replaces its row.
  case organization(OrganizationRecord)
  /// Inserts the user or replaces the row, with the memberships.
  indirect case user(UserRecord)
  /// Inserts the cluster or replaces its row.
  indirect case cluster(ClusterRecord)
  /// The whole record, with its dependencies.
  indirect case deployment(DeploymentRecord)
  /// Only what changes as it runs.
  case progress(DeploymentID, DeploymentProgress)
  /// Inserts the run or replaces its row.
  indirect case run(RunRecord)
  /// Inserts what runs of an image took or replaces its row. Its user's deletion deletes it.
  indirect case runtimes(RuntimeHistory)
  /// Deletes such a row.
  case runtimesForgotten(RuntimeKey)
  /// Adds an event.
  case event(EventRecord)
  /// Deletes a row that nothing names.
  case organizationDeleted(OrganizationID)
  /// Deletes a row that nothing names.
  case userDeleted(UserID)
  /// Deletes a row that nothing names.
  case clusterDeleted(ClusterID)
  /// Deletes the row with its dependencies; runs and events stay.
  case deploymentDeleted(DeploymentID)
}
