import FoundationEssentials

/// What the commands declare of themselves, as the parser tells it: the one origin of help, completion and the manual.
struct CommandInfo: Decodable {
  /// An argument, an option or a flag.
  struct Parameter: Decodable {
    struct Name: Decodable {
      var kind: String
      var name: String

      /// `--wait`, `-o`
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

    /// Of an option the long name, if it has one.
    var mainName: String? { (names?.first { $0.kind == "long" } ?? names?.first)?.text }
  }

  var commandName: String
  var shouldDisplay: Bool
  var abstract: String?
  var discussion: String?
  var subcommands: [CommandInfo]?
  var arguments: [Parameter]?

  private struct Tool: Decodable { var command: CommandInfo }

  /// Of what the parser tells of a program (`_dumpHelp`).
  init(help: String) throws {
    self = try JSONDecoder().decode(Tool.self, from: Data(help.utf8)).command
  }
}
