import FleetModel
import PlanModel
import Reports
import StateStore

/// Complete description of one deployment.
struct DeploymentDescription {
  let line: ObjectLines.Deployment
  let spec: DeploymentSpec
  let metadata: ObjectMetadata
  let inheritance: Inheritance?
  /// Expected runtime learned from earlier runs, or the declared one corrected by them; nil if there were too few runs.
  let learned: RuntimeEstimate?
  let dependencies: [DependencyRow]
  let dependants: [DependencyRow]
  /// Runs, latest first.
  let runs: [RunRecord]
  let events: LastEvents
  let now: Instant
  /// Formats times of runs and events.
  var time: (Instant) -> String = \.utcText
  /// The engine's details of the live run; empty if there is none, or if the engine has no details.
  var details: [(label: String, value: String)] = []

  /// Number of runs that are shown, which is also the number that is kept.
  static let shown = 10

  init(_ row: DeploymentRow, _ lines: ObjectLines) throws {
    let (store, present) = (lines.store, lines.present)
    line = try lines.deployment(row, withHolders: true, tellsOutcome: true)
    let (spec, metadata) = try SpecCoding.decode(row.specText, of: .deployment(row.identity))
    guard case .deployment(let spec) = spec else {
      throw SpecCodingError(identity: .deployment(row.identity), reason: "it is not a deployment's")
    }
    self.spec = spec
    self.metadata = metadata
    inheritance = present.inheritance(of: row.identity)
    learned = present.fleet.expectedRuntime(of: row.identity)
    dependencies = try store.dependencies(of: row.id).map(lines.edge)
    dependants = try store.dependents(of: row.id).map(lines.edge)
    runs = try store.runs(of: row.identity, limit: Self.shown)
    events = try LastEvents(of: .deployment(row.identity), in: store)
    now = lines.now
  }

  /// The live run, which the engine can be asked about.
  var liveRun: RunRecord? { runs.first { $0.state.isLive } }

  /// Times that the tables show.
  var times: [Instant] { runs.compactMap(\.startedAt) + events.events.map(\.at) }

  private var scope: NameScope { NameScope(cluster: line.row.identity.cluster) }

  var sheet: Sheet {
    var sheet = Sheet("Deployment \(line.row.identity.text)")
    addStanding(to: &sheet)
    addSpec(to: &sheet)
    sheet.add("Source", line.row.source)
    sheet.add("Created", "\(line.row.createdAt.utcText) (\(line.age.humanText) ago)")
    sheet.add("Withdrawn", line.row.isWithdrawn ? "no longer declared" : nil, .warning)
    if let run = liveRun {
      sheet.add("Live run", run.name.text)
      for detail in details { sheet.add("  \(detail.label)", detail.value) }
    }
    sheet.add("Depends on", edges(dependencies))
    sheet.add("Dependents", edges(dependants))
    sheet.add("Runs", RunTable.table(runs, now: now, time: time))
    events.add(to: &sheet, time: time)
    return sheet
  }

  private func addStanding(to sheet: inout Sheet) {
    let row = line.row
    let since = row.status == .running ? row.startedAt.map { " since \($0.utcText) (\((now - $0).humanText))" } : nil
    sheet.add("Status", row.status.rawValue + (since ?? ""), row.status.style)
    if let why = line.why.text(in: scope, now: now) { sheet.add("Why", "\(row.identity.shortText) \(why)") }
    let next = [line.why.reason?.advice(for: row.identity), nextStep].compactMap { $0 }
    sheet.add("Next", next.isEmpty ? nil : next.joined(separator: "; "))
    sheet.add("Priority", inheritance?.text(in: scope) ?? row.priority.text)
    sheet.add(
      "Generation",
      "\(row.generation) (\(row.attempts) \(row.attempts == 1 ? "attempt" : "attempts"), \(row.failures) failed)")
    sheet.add("Backoff", row.notBefore.flatMap { $0 > now ? "until \($0.utcText)" : nil })
  }

  /// Pointer to `berth why` for deployments whose reason has no advice.
  private var nextStep: String? {
    switch line.why.reason {
    case nil, .failed, .suspended, .protected, .dependantsRemain, .secretUnavailable: nil
    default: "berth why \(line.row.identity.text) tells what would start it"
    }
  }

  /// Expected duration of the next run: `10m declared, by earlier runs 14m (p50 of 7 runs)`.
  private var expectedRuntime: String? {
    let declared = spec.traits.expectedRuntime
    guard let learned, learned.p50 != declared || learned.p90 != declared else { return declared?.text }
    return (declared.map { "\($0.text) declared, by earlier runs " } ?? "") + learned.text
  }

  private func addSpec(to sheet: inout Sheet) {
    let traits = spec.traits
    sheet.add("User", spec.user)
    sheet.add("Image", spec.image)
    sheet.add("Command", spec.command.isEmpty ? nil : YAMLValue.list(spec.command.map { .text($0) }).lineText)
    for (name, value) in spec.env.sorted(by: { $0.key < $1.key }) {
      switch value {
      case .text(let text): sheet.add("Variable", "\(name)=\(text)")
      case .secret(let reference): sheet.add("Variable", "\(name) \(reference.text)")
      }
    }
    sheet.add("Mode", traits.mode.rawValue)
    sheet.add("Resources", traits.resources.text)
    sheet.add("GPUs", liveRun.flatMap { $0.gpus.isEmpty ? nil : GPUText.text($0.gpus) })
    if traits.mode == .job {
      sheet.add(
        "Retries",
        traits.retry.limit == 0 ? "none" : "\(traits.retry.limit), the first after \(traits.retry.backoff.text)")
    } else {
      sheet.add("Ready", "after running for \(traits.readyAfter.text)")
    }
    sheet.add("Expected runtime", expectedRuntime)
    sheet.add("Max runtime", traits.maxRuntime?.text)
    sheet.add("Stop grace", traits.stopGrace.text)
    let flags = [
      (traits.suspend, "suspended"), (traits.protect, "protected"), (!traits.preemptible, "not preemptible"),
    ]
    let words = flags.filter(\.0).map(\.1)
    sheet.add("Flags", words.isEmpty ? nil : words.joined(separator: ", "))
    sheet.add("Rerun", spec.rerun)
    let namesSecrets = !spec.secretReferences.isEmpty
    sheet.add(
      "Secrets",
      !namesSecrets ? nil : spec.rerunsOnSecretChange ? "a changed value needs a new run" : "a changed value is ignored"
    )
    sheet.add(metadata)
  }

  private func edges(_ rows: [DependencyRow]) -> TextTable {
    var table = TextTable(columns: [
      TextTable.Column("NAME"), TextTable.Column("UNTIL"), TextTable.Column("STATUS"), TextTable.Column("REASON"),
    ])
    table.rows = rows.map { row in
      [
        TextTable.Cell(scope.name(row.identity)), TextTable.Cell(row.until.rawValue),
        TextTable.Cell(row.status.rawValue, row.status.style), TextTable.Cell(row.reasonCode ?? ""),
      ]
    }
    return table
  }

  /// The fields of `get` with further details.
  var json: JSONValue {
    let row = ObjectColumns.deployments(now: now).json([line]).first
    guard case .object(let fields)? = row else { return .null }
    let writer = ManifestWriter()
    return .object(
      fields + [
        .init("effective_priority", .integer(Int64(line.effectivePriority.rawValue))),
        .init("inherits_from", inheritance.map { .string($0.from.text) } ?? .null),
        .init("learned_runtime", learned?.json ?? .null),
        .init("manifest", .string(writer.document(.deployment(self.line.row.identity), .deployment(spec), metadata))),
        .init("dependencies", .array(dependencies.map(Self.json))),
        .init("dependants", .array(dependants.map(Self.json))),
        .init("runs", .array(runs.map(\.json))),
        .init("engine", .object(details.map { .init($0.label, .string($0.value)) })),
        .init("events", events.json),
      ])
  }

  private static func json(_ row: DependencyRow) -> JSONValue {
    .object([
      .init("identity", .string(row.identity.text)), .init("until", .string(row.until.rawValue)),
      .init("status", .string(row.status.rawValue)), .init("reason_code", row.reasonCode.map { .string($0) } ?? .null),
    ])
  }
}

extension Sheet {
  /// Adds labels, annotations and the former identity.
  mutating func add(_ metadata: ObjectMetadata) {
    func pairs(_ texts: [String: String]) -> String? {
      texts.isEmpty ? nil : texts.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", ")
    }
    add("Labels", pairs(metadata.labels))
    add("Annotations", pairs(metadata.annotations))
    add("Renamed from", metadata.renamedFrom?.path)
  }
}
