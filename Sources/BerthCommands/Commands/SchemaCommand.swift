import ArgumentParser
import Manifests

struct SchemaCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema of manifests, or their reference.",
    discussion: """
      Draft-07, of all four kinds, for editors: put the line \
      `# yaml-language-server: $schema=PATH` at the head of a manifest. As Markdown it is a page for people.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case json, markdown }

  @Option(name: .shortAndLong, help: "The format: json or markdown.")
  var output: Format = .json
  @OptionGroup var printing: PrintOptions

  func run() async throws {
    switch output {
    case .json: printing.output.write(Schema.json())
    case .markdown: printing.output.write(ManifestPage.markdown)
    }
  }
}
