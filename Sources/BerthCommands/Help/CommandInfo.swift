import FoundationEssentials

/// Declaration of a command as the parser exports it: the single origin of help, completion and the manual.
struct CommandInfo: Decodable {
  /// An argument, an option or a flag.
  struct Parameter: Decodable {
    struct Name: Decodable {
      var kind: String
      var name: String

      /// The name with its dashes: `--wait`, `-o`.
      var text: String { (kind == "long" ? "--" : "-") + name }
    }
    var kind: String
    var shouldDisplay: Bool
    var isOptional: Bool
    var isRepeating: Bool
    var names: [Name]?
    var valueName: String?
    var defaultValue: String?
    var abstract: String?

    /// An option's long name, or its only name.
    var mainName: String? { (names?.first { $0.kind == "long" } ?? names?.first)?.text }
  }

  var commandName: String
  var shouldDisplay: Bool
  var abstract: String?
  var discussion: String?
  var subcommands: [CommandInfo]?
  var arguments: [Parameter]?

  private struct Tool: Decodable { var command: CommandInfo }

  /// Decodes the parser's export (`_dumpHelp`).
  init(help: String) throws {
    self = try JSONDecoder().decode(Tool.self, from: Data(help.utf8)).command
  }
}
