import ArgumentParser
import Diagnostics
import FleetModel
import Reports

struct Explain: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell more about a mistake by its code, or about the fields of manifests.",
    discussion: """
      berth explain BRT0012 is about a mistake, berth explain deployment about all fields of a kind, berth explain \
      deployment.retry about those below one. Without an argument, all codes are listed.
      """)

  @Argument(help: ArgumentHelp("A code, a kind, or a kind and a field.", valueName: "code | kind | kind.field"))
  var subject: String?
  @OptionGroup var printing: PrintOptions

  func run() async throws {
    let out = printing.output
    guard let subject else {
      let rows = DiagnosticCatalog.entries.map { [TextTable.Cell($0.code.text, .strong), TextTable.Cell($0.title)] }
      let table = TextTable(columns: [.init("CODE"), .init("WHAT IS WRONG")], rows: rows)
      out.write(table.text(palette: out.palette))
      return
    }
    if let entry = DiagnosticCatalog.entry(named: subject) { return out.write(entry.text) }
    let words = subject.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard let kind = words.first.flatMap(KindWord.kind) else {
      throw CommandError.notFound(
        "there is no code and no kind \(subject)",
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
