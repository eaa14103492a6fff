import FleetModel
import Reports
import StateStore

extension ObjectColumns {
  /// Columns of deployments.
  /// - Parameter now: current time, for reasons that contain times.
  static func deployments(now: Instant) -> ColumnSet<ObjectLines.Deployment> {
    ColumnSet([
      kind(.deployment),
      RowColumn("identity", title: "NAME", json: nil, cell: { .init($0.row.identity.text) }).losingMiddle,
      text("organization") { $0.row.identity.cluster.organization }, text("cluster") { $0.row.identity.cluster.name },
      text("name", title: "SHORT NAME") { $0.row.identity.shortText }, number("id") { $0.row.id.value },
      RowColumn(
        "status", json: { .string($0.row.status.rawValue) },
        cell: { .init($0.row.status.rawValue, $0.row.status.style) }
      ).whole,
      RowColumn(
        "reason", json: { $0.why.reason?.json ?? .null }, cell: { .init($0.why.reason?.code ?? "", $0.why.style) }),
      RowColumn(
        "priority", .leading, .ifRoom, json: { .integer(Int64($0.row.priority.rawValue)) },
        cell: { line in
          let own = line.row.priority.text
          return .init(line.effectivePriority > line.row.priority ? "\(own) → \(line.effectivePriority.text)" : own)
        }),
      amount("required_ram", \.row.required.ram), amount("required_cpu", \.row.required.cpu),
      amount("required_gpu", \.row.required.gpu),
      required("ram", .ram), required("cpu", .cpu), required("gpu", .gpu),
      number("cluster_id") { $0.record?.cluster.value }, number("user_id") { $0.record?.user.value },
      text("user", .wide) { $0.row.user }, text("docker_image", title: "IMAGE", .wide) { $0.row.dockerImage },
      text("mode", .wide) { $0.row.mode.rawValue }, number("generation", .wide) { Int64($0.row.generation) },
      number("attempts") { Int64($0.row.attempts) }, number("failures") { Int64($0.row.failures) },
      text("run", .wide) { $0.row.runState?.rawValue },
      text("started_at", title: "STARTED", .wide) { $0.row.startedAt?.utcText },
      age(\.age), created(\.row.createdAt), source(\.row.source), withdrawn(\.row.isWithdrawn),
      RowColumn(
        "why", .leading, .wide, json: nil,
        cell: { .init($0.why.text(in: NameScope(cluster: $0.row.identity.cluster), now: now) ?? "") }),
    ])
  }

  private static func required(_ key: String, _ dimension: Dimension) -> RowColumn<ObjectLines.Deployment> {
    RowColumn(key, .trailing, .ifRoom, json: nil, cell: { .init($0.row.resources.text(of: dimension)) })
  }
}
