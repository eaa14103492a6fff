import ArgumentParser
import Reconciliation

struct Status: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show the state as a whole: who watches, what is free, how many run, and what needs attention.",
    discussion: """
      Statuses and capacity are those of this moment: engines are asked for ended runs. Takes no lock and writes nothing.

      Example: berth status -o json
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  @Option(name: .shortAndLong, help: "Output format: text, json.")
  var output: Format = .text
  @OptionGroup var state: StateOptions
  @OptionGroup var printing: PrintOptions

  func run() async throws {
    let recorded = try StateSession.required(state)
    let present = try await recorded.reconciler(command: "berth status").present()
    let report = try StatusReport(recorded.store, host: Surroundings.host, present)
    let out = printing.output
    switch output {
    case .text: out.write(report.text(on: out))
    case .json: out.write(report.json.text() + "\n")
    }
    present.report(on: printing.error, recordedAt: report.lastChange)
  }
}
