import FleetModel
import GRDB

/// Reads rows of `deployments` with their edges and digests: three scans in the order of the numbers, merged as they
/// go.
struct DeploymentReader: Sendable {
  /// Identities of the clusters, by number.
  private let identities: [Int64: ClusterIdentity]

  init(clusters: [ClusterRecord]) {
    identities = Dictionary(uniqueKeysWithValues: clusters.map { ($0.id.value, $0.identity) })
  }

  static func count(_ db: Database) throws -> Int {
    var counting = try SQLStatement(db, "SELECT count(*) FROM deployments")
    var count = 0
    try counting.forEachRow(of: "deployments") { count = $0.int(0) }
    return count
  }

  /// Returns a number with about as many rows below it as from it on, unless the numbers are very unevenly distributed.
  static func middle(_ db: Database) throws -> Int64 {
    var select = try SQLStatement(
      db, "SELECT (SELECT min(id) FROM deployments) / 2 + (SELECT max(id) FROM deployments) / 2")
    var middle: Int64 = 0
    try select.forEachRow(of: "deployments") { middle = $0.int64(0) }
    return middle
  }

  /// Reads the deployments with numbers in a range.
  ///
  /// - Parameter count: about how many are expected.
  func read(_ db: Database, _ range: ClosedRange<Int64>, reserving count: Int) throws -> [DeploymentRecord] {
    var records: [DeploymentRecord] = []
    records.reserveCapacity(count)
    var select = try SQLStatement(
      db,
      """
      SELECT id, name, docker_image, status, priority, cluster_id, user_id, created_at, started_at, source_id, is_withdrawn,
        generation, reason_code, attempts, failures, not_before_ns, queued_ns, mode, required_ram_bytes,
        required_cpu_milli, required_gpu_milli, retry_limit, retry_backoff_ns, expected_runtime_ns, max_runtime_ns,
        stop_grace_ns, ready_after_ns, is_preemptible, is_suspended, is_protected, spec, bypasses,
        expected_start_ns, preemptions, preempted_by_id, nominated_until_ns, losses
      FROM deployments WHERE id BETWEEN ? AND ? ORDER BY id
      """)
    select.bind(range)
    // Most rows are on the same cluster as the row before.
    var last: (id: Int64, identity: ClusterIdentity)?
    try select.forEachRow(of: "deployments") { row in
      let cluster = row.int64(5)
      if last?.id != cluster {
        guard let identity = identities[cluster] else { throw row.unexpected(5) }
        last = (cluster, identity)
      }
      guard let last else { throw row.unexpected(5) }
      records.append(try Self.record(row, cluster: last.identity))
    }
    try Self.readDependencies(db, range, into: &records)
    try Self.readDigests(db, range, into: &records)
    return records
  }

  private static func record(_ row: SQLRow, cluster: ClusterIdentity) throws -> DeploymentRecord {
    guard let priority = Priority(rawValue: row.int(4)) else { throw row.unexpected(4) }
    var traits = DeploymentTraits(
      resources: Resources(ramBytes: row.int64(18), cpuMilli: row.int64(19), gpuMilli: row.int64(20)))
    traits.mode = try row.word(17)
    traits.priority = priority
    traits.retry = RetryPolicy(limit: row.int(21), backoff: row.span(22))
    traits.expectedRuntime = row.optionalSpan(23)
    traits.maxRuntime = row.optionalSpan(24)
    traits.stopGrace = row.span(25)
    traits.readyAfter = row.span(26)
    traits.preemptible = row.bool(27)
    traits.suspend = row.bool(28)
    traits.protect = row.bool(29)
    var progress = DeploymentProgress(queuedAt: row.nanoseconds(16))
    progress.status = try row.word(3)
    progress.reasonCode = row.optionalText(12)
    progress.generation = row.int(11)
    progress.attempts = row.int(13)
    progress.failures = row.int(14)
    progress.notBefore = row.optionalNanoseconds(15)
    progress.preemptions = Int32(clamping: row.int64(33))
    progress.preemptedBy = row.optionalInt64(34).map { DeploymentID($0) }
    progress.nominatedUntil = row.optionalNanoseconds(35)
    progress.losses = Int32(clamping: row.int64(36))
    progress.startedAt = try row.optionalInstant(8)
    progress.isWithdrawn = row.bool(10)
    progress.bypasses = Int32(clamping: row.int64(31))
    progress.expectedStart = row.optionalNanoseconds(32)
    return DeploymentRecord(
      id: row.id(0), identity: DeploymentIdentity(cluster: cluster, name: row.text(1)), cluster: row.id(5),
      user: row.id(6), source: row.id(9), image: row.text(2), traits: traits, dependencies: [], specText: row.text(30),
      secretDigests: [:], createdAt: try row.instant(7), progress: progress)
  }

  private static func readDependencies(
    _ db: Database, _ range: ClosedRange<Int64>, into records: inout [DeploymentRecord]
  ) throws {
    var select = try SQLStatement(
      db,
      """
      SELECT dependent_id, dependency_id, until FROM deployment_dependencies WHERE dependent_id BETWEEN ? AND ? ORDER BY 1, 2
      """)
    select.bind(range)
    var position = 0
    var collected: [DependencyRecord] = []
    try select.forEachRow(of: "deployment_dependencies") { row in
      let id = row.int64(0)
      if position < records.count, records[position].id.value != id {
        if !collected.isEmpty { records[position].dependencies = collected }
        collected.removeAll(keepingCapacity: true)
        while position < records.count, records[position].id.value < id { position += 1 }
      }
      guard position < records.count, records[position].id.value == id else { throw row.unexpected(0) }
      collected.append(DependencyRecord(dependency: row.id(1), until: try row.word(2)))
    }
    if !collected.isEmpty { records[position].dependencies = collected }
  }

  private static func readDigests(
    _ db: Database, _ range: ClosedRange<Int64>, into records: inout [DeploymentRecord]
  ) throws {
    var select = try SQLStatement(
      db,
      "SELECT deployment_id, reference, digest FROM secret_digests WHERE deployment_id BETWEEN ? AND ? ORDER BY 1, 2")
    select.bind(range)
    var position = 0
    try select.forEachRow(of: "secret_digests") { row in
      let id = row.int64(0)
      while position < records.count, records[position].id.value < id { position += 1 }
      guard position < records.count, records[position].id.value == id else { throw row.unexpected(0) }
      records[position].secretDigests[row.text(1)] = row.text(2)
    }
  }
}

extension SQLStatement {
  /// Binds the next two parameters to the ends of a range.
  fileprivate mutating func bind(_ range: ClosedRange<Int64>) {
    bind(range.lowerBound)
    bind(range.upperBound)
  }
}
