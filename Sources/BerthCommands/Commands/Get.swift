import ArgumentParser
import FleetModel
import Reconciliation
import Reports
import StateStore

struct Get: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show recorded organizations, users, clusters and deployments.",
    discussion: """
      Without a kind, get shows deployments; "all" selects every kind. An identity is vision/lab/train, or an unambiguous end \
      of it. Statuses and reasons are those of this moment: engines are asked for ended runs, and nothing is written.

      -o yaml writes manifests that can be applied again.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case table, wide, json, yaml, name }

  @Argument(
    help: ArgumentHelp("A kind, identities, or both.", valueName: "kind | identity"),
    completion: Completion.kindsAndObjects)
  var words: [String] = []
  @Option(name: .shortAndLong, help: "Output format: table, wide, json, yaml, name.")
  var output: Format = .table
  @Option(help: ArgumentHelp("Comma-separated columns of a table or of JSON.", valueName: "names"))
  var columns: String?
  @Option(
    help: ArgumentHelp("Show only this cluster and its deployments: lab or vision/lab.", valueName: "cluster"),
    completion: Completion.clusters)
  var cluster: String?
  @Option(
    help: ArgumentHelp("Show only objects of this organization.", valueName: "name"),
    completion: Completion.organizations)
  var organization: String?
  @Option(
    help: ArgumentHelp(
      "Show only deployments with this status: pending, running, completed, failed, cancelled (repeatable).",
      valueName: "status"), completion: .list(DeploymentStatus.allCases.map { $0.rawValue.lowercased() }))
  var status: [StatusArgument] = []
  @OptionGroup var state: StateOptions
  @OptionGroup var printing: PrintOptions

  func validate() throws {
    if columns != nil, output == .yaml || output == .name {
      throw ValidationError("--columns needs -o table, wide or json.")
    }
  }

  func run() async throws {
    let recorded = try StateSession.required(state)
    let store = recorded.store
    var selection = try GetSelection(words, in: store)
    selection.cluster = cluster
    selection.organization = organization
    try selection.checkNames(store)
    selection.statuses = status.map(\.status)
    let present = try await recorded.reconciler(command: "berth get").present()
    let result = try GetOutput(store, selection, present)
    do {
      try write(result)
    } catch let error as UnknownColumn {
      throw CommandError.usage(
        "There is no column \(error.name). Columns: \(error.known.joined(separator: ", "))", of: Get.self)
    }
    try result.lines.report(on: printing.error)
    if output == .table || output == .wide { try printAge(store, on: printing.error, isEmpty: result.isEmpty) }
  }

  private func write(_ result: GetOutput) throws {
    let (out, error) = (printing.output, printing.error)
    if result.isEmpty { error.write(VisibleText.escaped(result.emptyText) + "\n") }
    let names = columns?.split(separator: ",").map { $0.filter { $0 != " " } } ?? []
    switch output {
    case .table, .wide:
      // Programs get the same columns always, and all of them.
      let width = out.isTerminal ? out.width : nil
      let (tables, leftOut) = try result.fittedTables(isWide: output == .wide, columns: names, width: width)
      out.write(tables.map { $0.text(width: width, palette: out.palette) }.joined(separator: "\n"))
      if output == .wide, !leftOut.isEmpty {
        let words =
          "no room for \(leftOut.joined(separator: ", ")): widen the terminal, or select columns with --columns"
        error.write(error.sentence(words, margin: 0, .faint))
      }
    case .json: out.write(try result.json(columns: names).text() + "\n")
    case .name: out.write(result.names)
    case .yaml:
      out.write(try result.yaml())
      if result.withdrawnCount > 0 {
        error.write("left out: \(result.withdrawnCount) that are no longer declared\n")
      }
    }
  }

  /// Tells the age of the last recorded change, on terminals only.
  private func printAge(_ store: StateStore, on stream: TextStream, isEmpty: Bool) throws {
    guard stream.isTerminal, !isEmpty, let last = try store.events(EventFilter(limit: 1)).last?.event.at else { return }
    let age = (SystemTime().now() - last).humanText
    stream.write(stream.palette.paint("the last change was recorded \(age) ago", .faint) + "\n")
  }
}

/// A status in any case.
struct StatusArgument: ExpressibleByArgument {
  var status: DeploymentStatus

  init?(argument: String) {
    guard let status = DeploymentStatus(rawValue: argument.uppercased()) else { return nil }
    self.status = status
  }
}
