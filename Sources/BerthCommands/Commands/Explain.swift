import ArgumentParser
import Diagnostics
import FleetModel
import Reports

struct Explain: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Explain an error code, or the fields of manifests.",
    discussion: """
      berth explain BRT0012 explains an error, berth explain deployment lists all fields of a kind, berth explain \
      deployment.retry lists the fields below one. Without an argument, it lists all codes.
      """)

  @Argument(help: ArgumentHelp("A code, a kind, or a kind and a field.", valueName: "code | kind | kind.field"))
  var subject: String?
  @OptionGroup var printing: PrintOptions

  func run() async throws {
    let out = printing.output
    guard let subject else {
      let rows = DiagnosticCatalog.entries.map { [TextTable.Cell($0.code.text, .strong), TextTable.Cell($0.title)] }
      let table = TextTable(columns: [.init("CODE"), .init("MEANING")], rows: rows)
      out.write(table.text(palette: out.palette))
      return
    }
    if let entry = DiagnosticCatalog.entry(named: subject) { return out.write(entry.text) }
    let words = subject.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard let kind = words.first.flatMap(KindWord.kind) else {
      throw CommandError.notFound(
        "\"\(subject)\" is neither a code nor a kind",
        hint: "all codes: berth explain; kinds: organization, user, cluster, deployment")
    }
    let fields = ManifestPage.text(of: kind, below: Array(words.dropFirst()), width: out.width, palette: out.palette)
    guard let fields else {
      throw CommandError.notFound(
        "\(kind.rawValue) has no field \(words.dropFirst().joined(separator: "."))",
        hint: "all of its fields: berth explain \(words[0])")
    }
    out.write(fields)
  }
}
