import FleetModel
import Reports
import StateStore

extension StatusReport {
  /// The report as one JSON object.
  var json: JSONValue {
    .object([
      .init("apiVersion", .string("berth/v1")), .init("kind", .string("Status")), .init("state", .string(path)),
      .init("at", .string(now.utcText)), .init("changedAt", lastChange.map { .string($0.utcText) } ?? .null),
      .init("watches", .array(watches.map(Self.json))), .init("lockHolder", holder),
      .init(
        "sources",
        .array(
          sources.map { source in
            .object([
              .init("name", .string(source.name)), .init("directory", source.binding.map { .string($0) } ?? .null),
              .init("appliedAt", .string(source.appliedAt.utcText)),
            ])
          })),
      .init("clusters", .array(clusters.map(json))),
      .init(
        "counts",
        .object(counts.map { .init($0.status.rawValue.lowercased(), .integer(Int64($0.count))) })),
      .init(
        "attention",
        .array(
          concerns.map { concern in
            .object([
              .init("code", .string(concern.code)), .init("message", .string(concern.text)),
              .init("advice", .string(concern.advice)),
              .init("identities", .array(concern.objects.map { .string($0) })),
            ])
          })),
    ])
  }

  private var holder: JSONValue {
    guard case .held(let holder?) = lock else { return .null }
    return Self.json(holder)
  }

  private static func json(_ holder: LockHolder) -> JSONValue {
    .object([
      .init("who", .string(holder.who)), .init("host", .string(holder.host)), .init("pid", .integer(Int64(holder.pid))),
      .init("command", .string(holder.command)), .init("since", .string(holder.since.utcText)),
    ])
  }

  private static func json(_ watch: WatchRecord) -> JSONValue {
    .object([
      .init("source", .string(watch.source)), .init("holder", json(watch.holder)),
      .init("lastPassAt", watch.lastPass.map { .string($0.utcText) } ?? .null),
      .init("seenAt", .string(watch.seen.utcText)),
    ])
  }

  private func json(_ row: ClusterRow) -> JSONValue {
    let (running, waiting) = onCluster[row.identity] ?? (0, 0)
    return .object([
      .init("kind", .string("Cluster")), .init("identity", .string(row.identity.text)),
      .init("engine", .string(row.engine)), .init("capacity", Self.json(row.capacity)),
      .init("free", Self.json(free(of: row))), .init("isOvercommitted", .bool(row.isOvercommitted)),
      .init("running", .integer(Int64(running))), .init("waiting", .integer(Int64(waiting))),
    ])
  }

  private static func json(_ amount: Resources) -> JSONValue {
    .object([
      .init("ram", .string(amount.text(of: .ram))), .init("ramBytes", .integer(amount.ramBytes)),
      .init("cpu", .string(amount.text(of: .cpu))), .init("cpuMillis", .integer(amount.cpuMilli)),
      .init("gpu", .string(amount.text(of: .gpu))), .init("gpuMillis", .integer(amount.gpuMilli)),
    ])
  }
}
