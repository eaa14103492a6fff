import ArgumentParser
import Manifests

struct SchemaCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema or the reference of manifests.",
    discussion: """
      The schema (draft-07) covers all four kinds. Editors use it if a manifest begins with the line \
      `# yaml-language-server: $schema=PATH`. The Markdown format is a reference for people.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case json, markdown }

  @Option(name: .shortAndLong, help: "Output format: json or markdown.")
  var output: Format = .json
  @OptionGroup var printing: PrintOptions

  func run() async throws {
    switch output {
    case .json: printing.output.write(Schema.json())
    case .markdown: printing.output.write(ManifestPage.markdown)
    }
  }
}
