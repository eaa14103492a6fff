import FleetModel
import PlanModel
import Reports
import StateStore

/// Complete description of an organization, a user or a cluster, as a sheet and as JSON.
struct ObjectDescription {
  private(set) var sheet: Sheet
  private(set) var json: JSONValue

  init(_ identity: ObjectIdentity, _ lines: ObjectLines) throws {
    let (store, now) = (lines.store, lines.now)
    sheet = Sheet("\(identity.kind.rawValue) \(identity.path)")
    json = .null
    var fields: [JSONValue.Field] = []
    switch identity {
    case .organization(let name): fields = try describe(organization: name, store, now)
    case .user(let name): fields = try describe(user: name, lines)
    case .cluster(let cluster): fields = try describe(cluster: cluster, lines)
    case .deployment: break
    }
    let events = try LastEvents(of: identity, in: store)
    events.add(to: &sheet)
    json = .object(fields + [.init("events", events.json)])
  }

  private mutating func describe(organization name: String, _ store: StateStore, _ now: Instant) throws -> [JSONValue
    .Field]
  {
    guard let row = try store.organizations(ObjectFilter(name: name)).first else { return [] }
    let (spec, metadata) = try SpecCoding.decode(row.specText, of: .organization(name))
    if case .organization(let spec) = spec {
      sheet.add("Invite code", Self.text(spec.inviteCode) ?? "generated; never shown")
    }
    sheet.add(metadata)
    add(row.source, row.createdAt, row.isWithdrawn, now)
    let members = try store.users(ObjectFilter(organization: name))
    let clusters = try store.clusters(ObjectFilter(organization: name))
    sheet.add(
      "Members",
      Self.table(
        members.map { [.init($0.username), .init($0.email), .init($0.isActive ? "active" : "inactive")] },
        ["NAME", "EMAIL", "STATE"]))
    sheet.add(
      "Clusters",
      Self.table(
        clusters.map { [.init($0.identity.text), .init($0.engine), .init($0.capacity.text)] },
        ["NAME", "ENGINE", "CAPACITY"]))
    return Self.fields(ObjectColumns.organizations.json([(row, now - row.createdAt)])) + [
      .init("members", .array(members.map { .string($0.username) })),
      .init("clusters", .array(clusters.map { .string($0.identity.text) })),
    ]
  }

  private mutating func describe(user name: String, _ lines: ObjectLines) throws -> [JSONValue.Field] {
    let (store, now) = (lines.store, lines.now)
    guard let row = try store.users(ObjectFilter(name: name)).first else { return [] }
    let (spec, metadata) = try SpecCoding.decode(row.specText, of: .user(name))
    sheet.add("Email", row.email)
    sheet.add(
      "Active", row.isActive ? "yes" : "no: deployments of this user do not start", row.isActive ? nil : .warning)
    sheet.add("Organizations", row.organizations.isEmpty ? "none" : row.organizations.joined(separator: ", "))
    if case .user(let spec) = spec { sheet.add("Password", Self.text(spec.hashedPassword) ?? "none: can't log in") }
    sheet.add(metadata)
    add(row.source, row.createdAt, row.isWithdrawn, now)
    let owned = try store.deployments().filter { $0.user == name }
    sheet.add("Deployments", try Self.table(owned, lines))
    return Self.fields(ObjectColumns.users.json([(row, now - row.createdAt)])) + [
      .init("deployments", .array(owned.map { .string($0.identity.text) }))
    ]
  }

  private mutating func describe(cluster identity: ClusterIdentity, _ lines: ObjectLines) throws -> [JSONValue.Field] {
    let (store, now) = (lines.store, lines.now)
    guard let recorded = try store.clusters(ObjectFilter(identity)).first else { return [] }
    let line = lines.cluster(recorded)
    let row = line.row
    let (spec, metadata) = try SpecCoding.decode(row.specText, of: .cluster(identity))
    sheet.add("Engine", row.engine)
    sheet.add("Creator", row.creator)
    sheet.add("Capacity", row.capacity.text)
    sheet.add("Held", row.held == .zero ? "nothing" : row.held.text)
    sheet.add(
      "Overcommitted",
      row.isOvercommitted ? "its runs hold more than its capacity; it starts nothing until they fit" : nil,
      .warning)
    if case .cluster(let spec) = spec {
      let scheduling = spec.scheduling
      sheet.add("Preemption", "\(scheduling.preemption.rawValue), after \(scheduling.minimumRuntime.text)")
      sheet.add("Reservations", scheduling.reservations.map { "\($0)" } ?? "all")
      sheet.add("Bypasses", "at most \(scheduling.maxBypass)")
      sheet.add("Aging after", scheduling.agingAfter.text)
    }
    sheet.add(metadata)
    add(row.source, row.createdAt, row.isWithdrawn, now)
    let deployments = try store.deployments(ObjectFilter(organization: identity.organization, cluster: identity.name))
    sheet.add("Deployments", try Self.table(deployments, lines))
    return Self.fields(ObjectColumns.clusters.json([line])) + [
      .init("deployments", .array(deployments.map { .string($0.identity.text) }))
    ]
  }

  private mutating func add(_ source: String, _ created: Instant, _ isWithdrawn: Bool, _ now: Instant) {
    sheet.add("Source", source)
    sheet.add("Created", "\(created.utcText) (\((now - created).humanText) ago)")
    sheet.add("Withdrawn", isWithdrawn ? "no longer declared" : nil, .warning)
  }

  private static func table(_ deployments: [DeploymentRow], _ lines: ObjectLines) throws -> TextTable {
    table(
      try deployments.map { recorded in
        let row = try lines.deployment(recorded, withHolders: false).row
        return [
          .init(row.identity.text), .init(row.status.rawValue, row.status.style), .init(row.reasonCode ?? ""),
          .init(row.priority.text), .init(row.resources.text),
        ]
      }, ["NAME", "STATUS", "REASON", "PRIORITY", "RESOURCES"])
  }

  private static func table(_ rows: [[TextTable.Cell]], _ titles: [String]) -> TextTable {
    TextTable(columns: titles.map { TextTable.Column($0) }, rows: rows)
  }

  private static func fields(_ rows: [JSONValue]) -> [JSONValue.Field] {
    if case .object(let fields)? = rows.first { fields } else { [] }
  }

  /// Origin of a secret value, never the value itself; nil if there is none.
  private static func text(_ value: SensitiveValue?) -> String? {
    switch value {
    case nil: nil
    case .literal?: "set literally; never shown"
    case .reference(let reference)?: reference.text
    }
  }
}
