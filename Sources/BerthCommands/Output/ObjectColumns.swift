import FleetModel
import Reports
import StateStore

/// Columns of `get`; JSON uses the keys of the table columns.
enum ObjectColumns {
  static var organizations: ColumnSet<(row: OrganizationRow, age: TimeSpan)> {
    ColumnSet([
      kind(.organization), RowColumn("name", json: { .string($0.row.name) }, cell: { .init($0.row.name) }),
      number("id") { $0.row.id.value }, age(\.age), created(\.row.createdAt), source(\.row.source),
      withdrawn(\.row.isWithdrawn),
    ])
  }

  static var users: ColumnSet<(row: UserRow, age: TimeSpan)> {
    ColumnSet([
      kind(.user),
      RowColumn("username", title: "NAME", json: { .string($0.row.username) }, cell: { .init($0.row.username) }),
      number("id") { $0.row.id.value },
      RowColumn("email", json: { .string($0.row.email) }, cell: { .init($0.row.email) }),
      RowColumn(
        "is_active", title: "ACTIVE", json: { .bool($0.row.isActive) },
        cell: { .init($0.row.isActive ? "yes" : "no", $0.row.isActive ? nil : .warning) }),
      RowColumn(
        "organizations", json: { .array($0.row.organizations.map { .string($0) }) },
        cell: { .init($0.row.organizations.joined(separator: ", ")) }),
      age(\.age), created(\.row.createdAt), source(\.row.source), withdrawn(\.row.isWithdrawn),
    ])
  }

  static var clusters: ColumnSet<ObjectLines.Cluster> {
    ColumnSet([
      kind(.cluster),
      RowColumn("identity", title: "NAME", json: nil, cell: { .init($0.row.identity.text) }).losingMiddle,
      text("organization") { $0.row.identity.organization }, text("name", title: "SHORT NAME") { $0.row.identity.name },
      number("id") { $0.row.id.value },
      text("engine", .always) { $0.row.engine },
      amount("total_ram", \.row.total.ram), amount("total_cpu", \.row.total.cpu), amount("total_gpu", \.row.total.gpu),
      amount("available_ram", \.row.available.ram), amount("available_cpu", \.row.available.cpu),
      amount("available_gpu", \.row.available.gpu),
      free("ram", .ram), free("cpu", .cpu), free("gpu", .gpu),
      RowColumn(
        "overcommitted", .leading, .wide, json: { .bool($0.row.isOvercommitted) },
        cell: { .init($0.row.isOvercommitted ? "yes" : "no", $0.row.isOvercommitted ? .warning : nil) }),
      number("organization_id") { $0.record?.organization.value }, number("creator_id") { $0.record?.creator.value },
      text("creator", .wide) { $0.row.creator }, age(\.age), created(\.row.createdAt), source(\.row.source),
      withdrawn(\.row.isWithdrawn),
    ])
  }

  // MARK: Columns of several kinds

  static func kind<Row>(_ kind: ObjectKind) -> RowColumn<Row> {
    RowColumn("kind", .leading, .onRequest, json: { _ in .string(kind.rawValue) }, cell: { _ in .init(kind.rawValue) })
  }

  static func number<Row>(
    _ key: String, _ presence: RowColumn<Row>.Presence = .onRequest, _ value: @escaping (Row) -> Int64?
  ) -> RowColumn<Row> {
    RowColumn(
      key, .trailing, presence, json: { value($0).map { .integer($0) } ?? .null },
      cell: { .init(value($0).map(String.init) ?? "") })
  }

  static func text<Row>(
    _ key: String, title: String? = nil, _ presence: RowColumn<Row>.Presence = .onRequest,
    _ value: @escaping (Row) -> String?
  ) -> RowColumn<Row> {
    RowColumn(
      key, title: title, .leading, presence, json: { value($0).map { .string($0) } ?? .null },
      cell: { .init(value($0) ?? "") })
  }

  /// A column of resources in GiB, cores or devices.
  static func amount<Row>(_ key: String, _ value: KeyPath<Row, Double>) -> RowColumn<Row> {
    RowColumn(
      key, .trailing, .onRequest, json: { .number($0[keyPath: value]) }, cell: { .init("\($0[keyPath: value])") })
  }

  static func age<Row>(_ value: KeyPath<Row, TimeSpan>) -> RowColumn<Row> {
    RowColumn("age", .trailing, json: nil, cell: { .init($0[keyPath: value].ageText) })
  }

  static func created<Row>(_ value: KeyPath<Row, Instant>) -> RowColumn<Row> {
    text("created_at") { $0[keyPath: value].utcText }
  }

  static func source<Row>(_ value: KeyPath<Row, String>) -> RowColumn<Row> {
    text("source", .wide) { $0[keyPath: value] }
  }

  static func withdrawn<Row>(_ value: KeyPath<Row, Bool>) -> RowColumn<Row> {
    RowColumn(
      "is_withdrawn", title: "WITHDRAWN", .leading, .onRequest, json: { .bool($0[keyPath: value]) },
      cell: { .init($0[keyPath: value] ? "yes" : "no") })
  }

  /// Column of free and total capacity: `3 of 4`.
  private static func free(_ key: String, _ dimension: Dimension) -> RowColumn<ObjectLines.Cluster> {
    RowColumn(
      "free_\(key)", title: "FREE \(key.uppercased())", .trailing, .ifRoom, json: nil,
      cell: { line in
        let (capacity, held) = (line.row.capacity, line.row.held)
        var left = capacity - held
        left[dimension] = max(0, left[dimension])
        let isOver = held[dimension] > capacity[dimension]
        return .init("\(left.text(of: dimension)) of \(capacity.text(of: dimension))", isOver ? .warning : nil)
      })
  }
}
