import ArgumentParser
import Diagnostics
import Reports

struct Explain: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell more about a mistake, by its code.",
    discussion: "Without a code, all codes are listed.")

  @Argument(help: ArgumentHelp("The code, for example BRT0012.", valueName: "code"))
  var code: String?
  @OptionGroup var printing: PrintOptions

  func run() async throws {
    let out = printing.output
    guard let code else {
      let rows = DiagnosticCatalog.entries.map { [TextTable.Cell($0.code.text, .strong), TextTable.Cell($0.title)] }
      let table = TextTable(columns: [.init("CODE"), .init("WHAT IS WRONG")], rows: rows)
      out.write(table.text(palette: out.palette))
      return
    }
    guard let entry = DiagnosticCatalog.entry(named: code) else {
      throw CommandError.notFound("there is no code \(code)", hint: "all codes: berth explain")
    }
    out.write(entry.text)
  }
}
