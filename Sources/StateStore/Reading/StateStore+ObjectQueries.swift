import FleetModel
import GRDB

/// Conditions of a query, present only if they narrow, so that SQLite can use its indexes for them.
private struct Conditions {
  private var texts: [String] = []
  private var values: [String] = []

  mutating func add(_ condition: String, _ value: String?) {
    guard let value else { return }
    texts.append(condition)
    values.append(value)
  }
  mutating func add(_ condition: String) { texts.append(condition) }
  var clause: String { texts.isEmpty ? "" : "WHERE " + texts.joined(separator: " AND ") }
  func bind(to statement: inout SQLStatement) { for value in values { statement.bind(value) } }
}

extension StateStore {
  /// Returns organizations by name. Needs no lock, like the queries below.
  public func organizations(_ filter: ObjectFilter = ObjectFilter()) throws(StateError) -> [OrganizationRow] {
    var conditions = Conditions()
    conditions.add("o.name = ?", filter.organization)
    conditions.add("o.name = ?", filter.name)
    return try rows(
      """
      SELECT o.id, o.name, o.created_at, s.name, o.is_withdrawn, o.spec
      FROM organizations o JOIN sources s ON s.id = o.source_id \(conditions.clause) ORDER BY o.name
      """, of: "organizations", conditions
    ) { row in
      OrganizationRow(
        id: row.id(0), name: row.text(1), createdAt: try row.instant(2), source: row.text(3), isWithdrawn: row.bool(4),
        specText: row.text(5))
    }
  }

  /// Returns users by name.
  public func users(_ filter: ObjectFilter = ObjectFilter()) throws(StateError) -> [UserRow] {
    var conditions = Conditions()
    conditions.add("u.username = ?", filter.name)
    conditions.add(
      """
      u.id IN (SELECT user_id FROM user_organization m JOIN organizations o ON o.id = m.organization_id WHERE o.name = ?)
      """, filter.organization)
    // Names can't hold the separator.
    return try rows(
      """
      SELECT u.id, u.username, u.email, u.is_active, u.created_at, s.name, u.is_withdrawn, u.spec,
        (SELECT group_concat(o.name, '/') FROM user_organization m JOIN organizations o ON o.id = m.organization_id
          WHERE m.user_id = u.id)
      FROM users u JOIN sources s ON s.id = u.source_id \(conditions.clause) ORDER BY u.username
      """, of: "users", conditions
    ) { row in
      UserRow(
        id: row.id(0), username: row.text(1), email: WithdrawnValue.value(of: row.text(2)), isActive: row.bool(3),
        createdAt: try row.instant(4), organizations: row.text(8).split(separator: "/").map(String.init).sorted(),
        source: row.text(5),
        isWithdrawn: row.bool(6), specText: row.text(7))
    }
  }

  /// Returns clusters by organization and name.
  public func clusters(_ filter: ObjectFilter = ObjectFilter()) throws(StateError) -> [ClusterRow] {
    var conditions = Conditions()
    conditions.add("o.name = ?", filter.organization)
    conditions.add("c.name = ?", filter.cluster)
    conditions.add("c.name = ?", filter.name)
    return try rows(
      """
      SELECT c.id, c.name, o.name, total_ram, total_cpu, total_gpu, available_ram, available_cpu, available_gpu,
        total_ram_bytes, total_cpu_milli, total_gpu_milli, held_ram_bytes, held_cpu_milli, held_gpu_milli, u.username,
        c.created_at, c.engine, s.name, c.is_withdrawn, c.spec
      FROM clusters c JOIN organizations o ON o.id = c.organization_id JOIN users u ON u.id = c.creator_id
        JOIN sources s ON s.id = c.source_id
      \(conditions.clause) ORDER BY o.name, c.name
      """, of: "clusters", conditions
    ) { row in
      ClusterRow(
        id: row.id(0), identity: ClusterIdentity(organization: row.text(2), name: row.text(1)),
        total: ResourceColumns(ram: row.double(3), cpu: row.double(4), gpu: row.double(5)),
        available: ResourceColumns(ram: row.double(6), cpu: row.double(7), gpu: row.double(8)),
        capacity: Resources(ramBytes: row.int64(9), cpuMilli: row.int64(10), gpuMilli: row.int64(11)),
        held: Resources(ramBytes: row.int64(12), cpuMilli: row.int64(13), gpuMilli: row.int64(14)),
        creator: row.text(15), createdAt: try row.instant(16), engine: row.text(17), source: row.text(18),
        isWithdrawn: row.bool(19), specText: row.text(20))
    }
  }

  /// Returns deployments by organization, cluster and name.
  public func deployments(_ filter: ObjectFilter = ObjectFilter()) throws(StateError) -> [DeploymentRow] {
    var conditions = Conditions()
    conditions.add("o.name = ?", filter.organization)
    conditions.add("c.name = ?", filter.cluster)
    conditions.add("d.name = ?", filter.name)
    return try rows(
      """
      SELECT d.id, d.name, c.name, o.name, docker_image, status, priority, required_ram, required_cpu, required_gpu,
        required_ram_bytes, required_cpu_milli, required_gpu_milli, u.username, d.created_at, d.started_at, reason_code,
        mode, generation, attempts, failures, not_before_ns, queued_ns, s.name, d.is_withdrawn, d.spec,
        (SELECT state FROM runs WHERE deployment_id = d.id AND \(RunReader.isLive))
      FROM deployments d JOIN clusters c ON c.id = d.cluster_id JOIN organizations o ON o.id = c.organization_id
        JOIN users u ON u.id = d.user_id JOIN sources s ON s.id = d.source_id
      \(conditions.clause) ORDER BY o.name, c.name, d.name
      """, of: "deployments", conditions, Self.deploymentRow)
  }

  private static func deploymentRow(_ row: SQLRow) throws -> DeploymentRow {
    guard let priority = Priority(rawValue: row.int(6)) else { throw row.unexpected(6) }
    let cluster = ClusterIdentity(organization: row.text(3), name: row.text(2))
    return DeploymentRow(
      id: row.id(0), identity: DeploymentIdentity(cluster: cluster, name: row.text(1)), dockerImage: row.text(4),
      status: try row.word(5), priority: priority,
      required: ResourceColumns(ram: row.double(7), cpu: row.double(8), gpu: row.double(9)),
      resources: Resources(ramBytes: row.int64(10), cpuMilli: row.int64(11), gpuMilli: row.int64(12)),
      user: row.text(13), createdAt: try row.instant(14), startedAt: try row.optionalInstant(15),
      reasonCode: row.optionalText(16), mode: try row.word(17), generation: row.int(18), attempts: row.int(19),
      failures: row.int(20), notBefore: row.optionalNanoseconds(21), queuedAt: row.nanoseconds(22),
      source: row.text(23), isWithdrawn: row.bool(24), specText: row.text(25),
      runState: row.isNull(26) ? nil : try row.word(26))
  }

  private func rows<Row>(
    _ sql: String, of table: String, _ conditions: Conditions, _ make: (SQLRow) throws -> Row
  ) throws(StateError) -> [Row] {
    try reading { db in
      var rows: [Row] = []
      var select = try SQLStatement(db, sql)
      conditions.bind(to: &select)
      try select.forEachRow(of: table) { rows.append(try make($0)) }
      return rows
    }
  }
}
