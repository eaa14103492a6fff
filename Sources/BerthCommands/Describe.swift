import ArgumentParser
import EngineInterface
import FleetModel
import Manifests
import Reconciliation
import Reports
import StateStore

struct Describe: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show all of one object: its spec, how it stands and why, its runs and events.",
    discussion: "A live run's engine is asked for what holds it; everything else is as recorded.")

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  @Argument(
    help: ArgumentHelp("The object: vision/lab/train, cluster/vision/lab, user ada.", valueName: "identity"),
    completion: Completion.objects)
  var words: [String]
  @Option(name: .shortAndLong, help: "The format: text, json.")
  var output: Format = .text
  @OptionGroup var state: StateOptions
  @OptionGroup var printing: PrintOptions

  func validate() throws {
    guard words.count == 1 || (words.count == 2 && KindWord.kind(words[0]) != nil) else {
      let hint = words.first.flatMap { NearestName.hint(for: $0, among: KindWord.known) }
      let isKind = words.count != 2 || KindWord.kind(words[0]) != nil
      throw ValidationError(
        "Name one object: an identity, or a kind and an identity" + (isKind ? "." : hint.map { "; \($0)" } ?? "."))
    }
  }

  func run() async throws {
    let store = try RecordedSide.required(state).store
    let now = SystemTime().now()
    let kinds = words.count == 2 ? KindWord.kind(words[0]).map { [$0] } : nil
    let identity = try ObjectSearch(store: store)
      .identity(words[words.count - 1], kinds: kinds ?? ObjectKind.allCases, remembers: true)
    if case .deployment(let deployment) = identity {
      guard let row = try store.deployments(ObjectFilter(deployment)).first else {
        return print(try Self.remembered(identity, store, now))
      }
      var description = try DeploymentDescription(row, store, now: now)
      if printing.output.isTerminal { description.time = LocalTime.texts(of: description.times, now: now) }
      description.details = try await Self.details(
        description.liveRun, store: store, engines: LocalEngines(state: store.path))
      return print((description.sheet, description.json))
    }
    guard try ObjectSearch(store: store).isRecorded(identity) else {
      return print(try Self.remembered(identity, store, now))
    }
    let description = try ObjectDescription(identity, store, now: now)
    print((description.sheet, description.json))
  }

  private func print(_ result: (sheet: Sheet, json: JSONValue)) {
    let out = printing.output
    switch output {
    case .text: out.write(result.sheet.text(width: out.isTerminal ? out.width : nil, palette: out.palette))
    case .json: out.write(result.json.text() + "\n")
    }
  }

  /// What the engine of a live run says of it; that it does not answer is said as well.
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

  /// What is left of an object that is gone.
  static func remembered(
    _ identity: ObjectIdentity, _ store: StateStore, _ now: Instant
  ) throws -> (sheet: Sheet, json: JSONValue) {
    var sheet = Sheet("\(identity.kind.rawValue) \(identity.path)")
    sheet.add("Status", "deleted; this is what is remembered", .warning)
    var runs: [RunRecord] = []
    if case .deployment(let deployment) = identity {
      runs = try store.runs(of: deployment, limit: DeploymentDescription.shown)
      sheet.add("Runs", RunTable.table(runs, now: now))
    }
    let events = try store.events(EventFilter(subject: identity, limit: DeploymentDescription.shown)).map(\.event)
    sheet.add("Events", EventTable(showsSubject: false).table(events))
    let json = JSONValue.object([
      .init("kind", .string(identity.kind.rawValue)), .init("identity", .string(identity.path)),
      .init("deleted", .bool(true)),
      .init("runs", .array(runs.map(\.json))), .init("events", .array(events.map(\.json))),
    ])
    return (sheet, json)
  }
}
