/// The contents of the state database that planning needs, as one value.
public struct RecordedState: Sendable {
  /// The identity of the state database.
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

  /// Makes the empty state of an installation.
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

/// The next number for each table; a number is given out once.
public struct IDCounters: Sendable, Hashable {
  /// The next number for `sources`.
  public var source: Int64 = 1
  /// The next number for `organizations`.
  public var organization: Int64 = 1
  /// The next number for `users`.
  public var user: Int64 = 1
  /// The next number for `clusters`.
  public var cluster: Int64 = 1
  /// The next number for `deployments`.
  public var deployment: Int64 = 1
  /// The next number for `runs`.
  public var run: Int64 = 1
  /// Makes counters that are all at 1.
  public init() {}
}

/// One write of a transaction. The order within a transaction is the core's: a row is written before the rows that refer to
/// it.
public enum StateWrite: Sendable, Hashable {
  /// Inserts the source or replaces its row.
  case source(SourceRecord)
  /// Inserts the organization or replaces its row.
  case organization(OrganizationRecord)
  /// Inserts the user or replaces the row, with the memberships.
  indirect case user(UserRecord)
  /// Inserts the cluster or replaces its row.
  indirect case cluster(ClusterRecord)
  /// Inserts the deployment or replaces its row, with the dependencies.
  indirect case deployment(DeploymentRecord)
  /// Updates only the part of a deployment's row that changes as it runs.
  case progress(DeploymentID, DeploymentProgress)
  /// Inserts the run or replaces its row.
  indirect case run(RunRecord)
  /// Inserts the runtime history of a user's image or replaces its row. The user's deletion deletes it.
  indirect case runtimes(RuntimeHistory)
  /// Deletes a runtime history.
  case runtimesForgotten(RuntimeKey)
  /// Adds an event.
  case event(EventRecord)
  /// Deletes an organization that nothing refers to.
  case organizationDeleted(OrganizationID)
  /// Deletes a user that nothing refers to.
  case userDeleted(UserID)
  /// Deletes a cluster that nothing refers to.
  case clusterDeleted(ClusterID)
  /// Deletes a deployment with its dependencies; runs and events stay.
  case deploymentDeleted(DeploymentID)
}
