import FleetModel
import GRDB

/// An event with its number, after which a follower asks for more.
public struct StoredEvent: Sendable, Hashable {
  /// Number of the event, which rises with every event.
  public var number: Int64
  /// The event itself.
  public var event: EventRecord
}

/// Events for which a command asks; a field that is `nil` does not narrow.
public struct EventFilter: Sendable, Hashable {
  /// Earliest time.
  public var since: Instant?
  /// Number that an event must exceed.
  public var after: Int64?
  /// Object of the events.
  public var subject: ObjectIdentity?
  /// Greatest number of events; the latest are returned.
  public var limit: Int

  /// Makes a filter; without arguments it passes everything.
  public init(since: Instant? = nil, after: Int64? = nil, subject: ObjectIdentity? = nil, limit: Int = .max) {
    self.since = since
    self.after = after
    self.subject = subject
    self.limit = limit
  }
}

extension StateStore {
  /// Returns the latest runs of an identity, the last one first: runs that began under it, and runs of the deployment
  /// that has it now from before a rename. They outlive the deployment.
  public func runs(of identity: DeploymentIdentity, limit: Int = .max) throws(StateError) -> [RunRecord] {
    try reading { db in
      let condition = """
        id IN (SELECT id FROM (
          SELECT id FROM runs WHERE identity = ?1
          UNION SELECT id FROM runs WHERE deployment_id = (
            SELECT d.id FROM deployments d JOIN clusters c ON c.id = d.cluster_id
              JOIN organizations o ON o.id = c.organization_id
            WHERE o.name = ?2 AND c.name = ?3 AND d.name = ?4)
          ORDER BY id DESC LIMIT ?5))
        """
      return try RunReader.runs(db, where: condition) { statement in
        statement.bind(identity.text)
        statement.bind(identity.cluster.organization)
        statement.bind(identity.cluster.name)
        statement.bind(identity.name)
        statement.bind(Int64(limit))
      }.reversed()
    }
  }

  /// Returns the run with a name; `nil` if the journal has none.
  public func run(named name: RunName) throws(StateError) -> RunRecord? {
    try reading { db in try RunReader.runs(db, where: "name = ?") { $0.bind(name.text) }.first }
  }

  /// Returns live runs, at most `limit` of them. The subselect has no order: sorted, it would read the whole journal.
  public func liveRuns(limit: Int = .max) throws(StateError) -> [RunRecord] {
    try reading { db in
      try RunReader.runs(
        db, where: "id IN (SELECT id FROM runs WHERE \(RunReader.isLive) LIMIT ?)"
      ) { $0.bind(Int64(limit)) }
    }
  }

  /// Returns the time of the last recorded event; `nil` if there is none.
  public func lastEventTime() throws(StateError) -> Instant? {
    try reading { db in
      var select = try SQLStatement(db, "SELECT at_ns FROM events ORDER BY id DESC LIMIT 1")
      var time: Instant?
      try select.forEachRow(of: "events") { row in time = row.nanoseconds(0) }
      return time
    }
  }

  /// Returns events, the oldest first.
  public func events(_ filter: EventFilter = EventFilter()) throws(StateError) -> [StoredEvent] {
    try reading { db in
      var select = try SQLStatement(
        db,
        """
        SELECT id, at_ns, kind, identity, run, code, message FROM events
        WHERE id > ? \(filter.since == nil ? "" : "AND at_ns >= ?")
          \(filter.subject == nil ? "" : "AND identity = ? AND kind = ?")
        ORDER BY id DESC LIMIT ?
        """)
      select.bind(filter.after ?? .min)
      if let since = filter.since { select.bind(nanoseconds: since) }
      if let subject = filter.subject {
        select.bind(subject.path)
        select.bind(subject.kind.rawValue)
      }
      select.bind(filter.limit)
      var events: [StoredEvent] = []
      try select.forEachRow(of: "events") { row in
        let kind: ObjectKind = try row.word(2)
        guard let subject = ObjectIdentity(kind: kind, path: row.text(3)) else { throw row.unexpected(3) }
        let event = EventRecord(
          at: row.nanoseconds(1), subject: subject, run: row.optionalText(4).map { RunName(text: $0) },
          codeText: row.text(5), message: row.text(6))
        events.append(StoredEvent(number: row.int64(0), event: event))
      }
      return events.reversed()
    }
  }

  /// Returns the dependencies of a deployment, by identity.
  public func dependencies(of id: DeploymentID) throws(StateError) -> [DependencyRow] {
    try edges("e.dependency_id", where: "e.dependent_id", id)
  }

  /// Returns the dependents of a deployment, by identity.
  public func dependents(of id: DeploymentID) throws(StateError) -> [DependencyRow] {
    try edges("e.dependent_id", where: "e.dependency_id", id)
  }

  private func edges(_ end: String, where start: String, _ id: DeploymentID) throws(StateError) -> [DependencyRow] {
    try reading { db in
      var select = try SQLStatement(
        db,
        """
        SELECT d.id, d.name, c.name, o.name, e.until, d.status, d.reason_code FROM deployment_dependencies e
          JOIN deployments d ON d.id = \(end) JOIN clusters c ON c.id = d.cluster_id
          JOIN organizations o ON o.id = c.organization_id
        WHERE \(start) = ? ORDER BY o.name, c.name, d.name
        """)
      select.bind(id)
      var rows: [DependencyRow] = []
      try select.forEachRow(of: "deployments") { row in
        let cluster = ClusterIdentity(organization: row.text(3), name: row.text(2))
        rows.append(
          DependencyRow(
            id: row.id(0), identity: DeploymentIdentity(cluster: cluster, name: row.text(1)), until: try row.word(4),
            status: try row.word(5), reasonCode: row.optionalText(6)))
      }
      return rows
    }
  }
}
