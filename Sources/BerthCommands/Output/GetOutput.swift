import FleetCore
import FleetModel
import Reports
import StateStore

/// Output of `get`: the recorded state as it is at present.
struct GetOutput {
  let lines: ObjectLines
  let selection: GetSelection
  let organizations: [OrganizationRow]
  let users: [UserRow]
  let clusters: [ClusterRow]
  let deployments: [DeploymentRow]

  init(_ store: StateStore, _ selection: GetSelection, _ present: Present) throws {
    lines = ObjectLines(store: store, present: present)
    self.selection = selection
    organizations = try selection.organizations(store)
    users = try selection.users(store)
    clusters = try selection.clusters(store)
    deployments = try selection.deployments(store, present)
  }

  var isEmpty: Bool { organizations.isEmpty && users.isEmpty && clusters.isEmpty && deployments.isEmpty }

  /// Message for an empty result.
  var emptyText: String {
    let what = selection.kinds.count == 1 ? selection.kinds[0].plural : "objects"
    let isNarrowed = selection.cluster != nil || selection.organization != nil || !selection.statuses.isEmpty
    return isNarrowed ? "no \(what) match" : "there are no \(what)"
  }

  /// A table for each kind that has rows.
  /// - Parameter columns: names of columns; empty: the format's columns.
  /// - Throws: `UnknownColumn`.
  func tables(isWide: Bool, columns: [String]) throws -> [TextTable] {
    try fittedTables(isWide: isWide, columns: columns, width: nil).tables
  }

  /// The tables, without optional columns that do not fit into `width`, and the titles of those columns.
  func fittedTables(
    isWide: Bool, columns: [String], width: Int?
  ) throws -> (tables: [TextTable], leftOut: [String]) {
    var tables: [TextTable] = []
    var leftOut: [String] = []
    let tellsWhy = isWide || columns.contains { $0.lowercased() == "why" }
    func add<Row>(_ set: ColumnSet<Row>, _ rows: [Row]) throws {
      if !rows.isEmpty {
        let fitted = try (columns.isEmpty ? set : set.chosen(columns)).fitted(rows, isWide: isWide, width: width)
        tables.append(fitted.table)
        for title in fitted.leftOut where !leftOut.contains(title) { leftOut.append(title) }
      }
    }
    try add(ObjectColumns.organizations, organizations.map { ($0, lines.now - $0.createdAt) })
    try add(ObjectColumns.users, users.map { ($0, lines.now - $0.createdAt) })
    try add(ObjectColumns.clusters, clusters.map { lines.cluster($0) })
    try add(
      ObjectColumns.deployments(now: lines.now),
      deployments.map { try lines.deployment($0, withHolders: tellsWhy, tellsOutcome: tellsWhy) })
    return (tables, leftOut)
  }

  /// An array with one object for each row.
  func json(columns: [String]) throws -> JSONValue {
    var values: [JSONValue] = []
    func add<Row>(_ set: ColumnSet<Row>, _ rows: [Row]) throws {
      if !rows.isEmpty { values += try (columns.isEmpty ? set : set.chosenForJSON(columns)).json(rows) }
    }
    try add(ObjectColumns.organizations, organizations.map { ($0, lines.now - $0.createdAt) })
    try add(ObjectColumns.users, users.map { ($0, lines.now - $0.createdAt) })
    try add(ObjectColumns.clusters, clusters.map { lines.cluster($0) })
    try add(ObjectColumns.deployments(now: lines.now), deployments.map { try lines.deployment($0, withHolders: true) })
    return .array(values)
  }

  /// One reference on each line.
  var names: String { identities.map { $0.reference + "\n" }.joined() }

  /// Manifests that declare exactly these objects; withdrawn objects are left out.
  func yaml() throws -> String {
    let writer = ManifestWriter { lines.present.fleet.deployment($0)?.traits.mode }
    var documents: [String] = []
    func add(_ identity: ObjectIdentity, _ specText: String, _ isWithdrawn: Bool) throws {
      if isWithdrawn { return }
      let (spec, metadata) = try SpecCoding.decode(specText, of: identity)
      documents.append(writer.document(identity, spec, metadata))
    }
    for row in organizations { try add(.organization(row.name), row.specText, row.isWithdrawn) }
    for row in users { try add(.user(row.username), row.specText, row.isWithdrawn) }
    for row in clusters { try add(.cluster(row.identity), row.specText, row.isWithdrawn) }
    for row in deployments { try add(.deployment(row.identity), row.specText, row.isWithdrawn) }
    return documents.joined(separator: "---\n")
  }

  /// Number of withdrawn objects, which `yaml` leaves out.
  var withdrawnCount: Int {
    organizations.count { $0.isWithdrawn } + users.count { $0.isWithdrawn } + clusters.count { $0.isWithdrawn }
      + deployments.count { $0.isWithdrawn }
  }

  private var identities: [ObjectIdentity] {
    organizations.map { .organization($0.name) } + users.map { .user($0.username) }
      + clusters.map { .cluster($0.identity) }
      + deployments.map { .deployment($0.identity) }
  }
}
