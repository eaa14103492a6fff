import FleetModel
import GRDB

/// Writes and deletes sources, organizations, users and clusters.
enum ObjectWriter {
  /// Writes sources, organizations, users and clusters, referenced rows first.
  static func write(_ db: Database, _ plan: CommitPlan) throws {
    var source = try SQLStatement(
      db,
      """
      INSERT INTO sources (id, name, binding, created_ns, applied_ns, place) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET name = excluded.name, binding = excluded.binding, created_ns = excluded.created_ns,
        applied_ns = excluded.applied_ns, place = excluded.place
      """)
    for record in plan.sources.values {
      source.bind(record.id)
      source.bind(record.name)
      source.bind(record.binding)
      source.bind(nanoseconds: record.createdAt)
      source.bind(nanoseconds: record.appliedAt)
      source.bind(record.place)
      try source.run()
    }
    try write(db, organizations: plan.organizations.values)
    try write(db, users: plan.users.values)
    try write(db, clusters: plan.clusters.values)
  }

  private static func write(_ db: Database, organizations: [OrganizationRecord]) throws {
    var upsert = try SQLStatement(
      db,
      """
      INSERT INTO organizations (id, name, invite_code, created_at, source_id, is_withdrawn, spec)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET name = excluded.name, invite_code = excluded.invite_code,
        created_at = excluded.created_at, source_id = excluded.source_id, is_withdrawn = excluded.is_withdrawn,
        spec = excluded.spec
      """)
    for record in organizations {
      upsert.bind(record.id)
      upsert.bind(record.name)
      record.inviteCode.withValue {
        upsert.bind(WithdrawnValue.stored($0, of: record.id, isWithdrawn: record.isWithdrawn))
      }
      upsert.bind(text: record.createdAt)
      upsert.bind(record.source)
      upsert.bind(record.isWithdrawn)
      upsert.bind(record.specText)
      try upsert.run()
    }
  }

  private static func write(_ db: Database, users: [UserRecord]) throws {
    var upsert = try SQLStatement(
      db,
      """
      INSERT INTO users (id, username, email, hashed_password, is_active, created_at, source_id, is_withdrawn, spec)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET username = excluded.username, email = excluded.email,
        hashed_password = excluded.hashed_password, is_active = excluded.is_active, created_at = excluded.created_at,
        source_id = excluded.source_id, is_withdrawn = excluded.is_withdrawn, spec = excluded.spec
      """)
    var leave = try SQLStatement(db, "DELETE FROM user_organization WHERE user_id = ?")
    var join = try SQLStatement(db, "INSERT INTO user_organization (user_id, organization_id) VALUES (?, ?)")
    for record in users {
      upsert.bind(record.id)
      upsert.bind(record.name)
      upsert.bind(WithdrawnValue.stored(record.email, of: record.id, isWithdrawn: record.isWithdrawn))
      record.hashedPassword.withValue { upsert.bind($0) }
      upsert.bind(record.isActive)
      upsert.bind(text: record.createdAt)
      upsert.bind(record.source)
      upsert.bind(record.isWithdrawn)
      upsert.bind(record.specText)
      try upsert.run()
      leave.bind(record.id)
      try leave.run()
      for organization in record.organizations {
        join.bind(record.id)
        join.bind(organization)
        try join.run()
      }
    }
  }

  /// Writes clusters. `available_*` is 0 until the end of the transaction, so that a lowered capacity breaks no CHECK.
  private static func write(_ db: Database, clusters: [ClusterRecord]) throws {
    var upsert = try SQLStatement(
      db,
      """
      INSERT INTO clusters (id, name, organization_id, creator_id, total_ram_bytes, total_cpu_milli, total_gpu_milli,
        total_ram, total_cpu, total_gpu, available_ram, available_cpu, available_gpu, created_at, source_id,
        is_withdrawn, engine, preemption, minimum_runtime_ns, reservations, max_bypass, aging_after_ns, spec)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?5 / 1073741824.0, ?6 / 1000.0, ?7 / 1000.0, 0, 0, 0, ?8, ?9, ?10, ?11, ?12,
        ?13, ?14, ?15, ?16, ?17)
      ON CONFLICT (id) DO UPDATE SET name = excluded.name, organization_id = excluded.organization_id,
        creator_id = excluded.creator_id, total_ram_bytes = excluded.total_ram_bytes,
        total_cpu_milli = excluded.total_cpu_milli, total_gpu_milli = excluded.total_gpu_milli,
        total_ram = excluded.total_ram, total_cpu = excluded.total_cpu, total_gpu = excluded.total_gpu,
        available_ram = 0, available_cpu = 0, available_gpu = 0, created_at = excluded.created_at,
        source_id = excluded.source_id, is_withdrawn = excluded.is_withdrawn, engine = excluded.engine,
        preemption = excluded.preemption, minimum_runtime_ns = excluded.minimum_runtime_ns,
        reservations = excluded.reservations, max_bypass = excluded.max_bypass,
        aging_after_ns = excluded.aging_after_ns, spec = excluded.spec
      """)
    for record in clusters {
      upsert.bind(record.id)
      upsert.bind(record.identity.name)
      upsert.bind(record.organization)
      upsert.bind(record.creator)
      upsert.bind(record.capacity.ramBytes)
      upsert.bind(record.capacity.cpuMilli)
      upsert.bind(record.capacity.gpuMilli)
      upsert.bind(text: record.createdAt)
      upsert.bind(record.source)
      upsert.bind(record.isWithdrawn)
      upsert.bind(record.engine.type)
      upsert.bind(record.scheduling.preemption.rawValue)
      upsert.bind(record.scheduling.minimumRuntime)
      upsert.bind(record.scheduling.reservations.map { Int64($0) })
      upsert.bind(record.scheduling.maxBypass)
      upsert.bind(record.scheduling.agingAfter)
      upsert.bind(record.specText)
      try upsert.run()
    }
  }

  /// Deletes in the order of dependence: deployments, clusters, users, organizations.
  static func delete(_ db: Database, _ plan: CommitPlan) throws {
    try delete(db, from: "deployments", plan.deployments)
    try delete(db, from: "clusters", plan.clusters)
    try delete(db, from: "users", plan.users)
    try delete(db, from: "organizations", plan.organizations)
  }

  private static func delete<Row, Value>(
    _ db: Database, from table: String, _ rows: LatestWrites<RowID<Row>, Value>
  ) throws {
    guard !rows.deleted.isEmpty else { return }
    var delete = try SQLStatement(db, "DELETE FROM \(table) WHERE id = ?")
    for deletion in rows.deleted {
      delete.bind(deletion.id)
      guard try delete.run() == 1 || deletion.mayBeNew else {
        throw StateError.unknownRow(table: table, id: deletion.id.value)
      }
    }
  }
}
