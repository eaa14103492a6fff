import ArgumentParser
import EngineInterface
import FleetModel
import Manifests
import Reconciliation
import Reports
import StateStore

struct Describe: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show everything about an object: its spec, status and reason, runs and events.",
    discussion: """
      Status and reason are those of this moment: engines are asked for ended runs, and for the processes and limits of a live \
      run. Nothing is written.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  @Argument(
    help: ArgumentHelp(
      "The objects: vision/lab/train, cluster/vision/lab, user ada; after a kind, all names are of that kind.",
      valueName: "identity"),
    completion: Completion.objects)
  var words: [String]
  @Option(name: .shortAndLong, help: "Output format: text, json.")
  var output: Format = .text
  @OptionGroup var state: StateOptions
  @OptionGroup var printing: PrintOptions

  func validate() throws {
    guard words.isEmpty || (words.count == 1 && KindWord.kind(words[0]) != nil) else { return }
    throw ValidationError("Name at least one object: identities, or a kind and identities.")
  }

  func run() async throws {
    let recorded = try StateSession.required(state)
    let store = recorded.store
    let kind = words.count > 1 ? KindWord.kind(words[0]) : nil
    // All objects are found before any is shown.
    let search = ObjectSearch(store: store)
    let identities = try (kind == nil ? words : Array(words.dropFirst())).map { word in
      try search.identity(word, kinds: kind.map { [$0] } ?? ObjectKind.allCases, remembers: true)
    }
    let lines = ObjectLines(
      store: store, present: try await recorded.reconciler(command: "berth describe").present())
    var results: [(sheet: Sheet, json: JSONValue)] = []
    for identity in identities { results.append(try await describe(identity, lines)) }
    let out = printing.output
    switch output {
    case .text:
      let width = out.isTerminal ? out.width : nil
      out.write(results.map { $0.sheet.text(width: width, palette: out.palette) }.joined(separator: "\n"))
    case .json:
      let values = results.map(\.json)
      out.write((values.count == 1 ? values[0] : .array(values)).text() + "\n")
    }
    try lines.report(on: printing.error)
  }

  private func describe(
    _ identity: ObjectIdentity, _ lines: ObjectLines
  ) async throws -> (sheet: Sheet, json: JSONValue) {
    let (store, now) = (lines.store, lines.now)
    if case .deployment(let deployment) = identity {
      guard let row = try store.deployments(ObjectFilter(deployment)).first else {
        return try Self.remembered(identity, store, now)
      }
      var description = try DeploymentDescription(row, lines)
      if printing.output.isTerminal { description.time = LocalTime.texts(of: description.times, now: now) }
      description.details = try await Self.details(
        description.liveRun, store: store, engines: try LocalEngines(store, .reading))
      return (description.sheet, description.json)
    }
    guard try ObjectSearch(store: store).isRecorded(identity) else {
      return try Self.remembered(identity, store, now)
    }
    let description = try ObjectDescription(identity, lines)
    return (description.sheet, description.json)
  }

  /// Details of a live run from its engine, or the engine's error.
  static func details(
    _ run: RunRecord?, store: StateStore, engines: any EngineDirectory
  ) async throws -> [(label: String, value: String)] {
    guard let run, let cluster = try store.load().clusters.first(where: { $0.id == run.cluster }) else { return [] }
    do throws(EngineError) {
      return try await engines.engine(for: cluster.engine).details(run.name)
    } catch {
      return [("engine", "does not answer: \(error.message)")]
    }
  }

  /// Description of a deleted object from its events and runs.
  static func remembered(
    _ identity: ObjectIdentity, _ store: StateStore, _ now: Instant
  ) throws -> (sheet: Sheet, json: JSONValue) {
    var sheet = Sheet("\(identity.kind.rawValue) \(identity.path)")
    sheet.add("Status", "deleted; only its history is left", .warning)
    var runs: [RunRecord] = []
    if case .deployment(let deployment) = identity {
      runs = try store.runs(of: deployment, limit: DeploymentDescription.shown)
      sheet.add("Runs", RunTable.table(runs, now: now))
    }
    let events = try LastEvents(of: identity, in: store)
    events.add(to: &sheet)
    let json = JSONValue.object([
      .init("kind", .string(identity.kind.rawValue)), .init("identity", .string(identity.path)),
      .init("deleted", .bool(true)),
      .init("runs", .array(runs.map(\.json))), .init("events", events.json),
    ])
    return (sheet, json)
  }
}
