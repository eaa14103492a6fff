import ArgumentParser
import Manifests

struct SchemaCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema of manifests.",
    discussion: """
      Draft-07, of all four kinds, for editors: put the line \
      `# yaml-language-server: $schema=PATH` at the head of a manifest.
      """)

  @OptionGroup var printing: PrintOptions

  func run() async throws { printing.output.write(Schema.json()) }
}
