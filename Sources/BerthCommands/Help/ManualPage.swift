/// The manual page berth(1) in macros of man(7).
struct ManualPage {
  private let root: CommandInfo
  private let version: String
  /// Options with the same meaning in every command, described once.
  private static let common = ["--state", "--color", "--help", "--version"]

  private let date: String

  init(_ root: CommandInfo, version: String, date: String) {
    self.root = root
    self.version = version
    self.date = date
  }

  /// The page.
  var text: String {
    var lines = [
      ".TH BERTH 1 \(date) \"berth \(version)\" \"User Commands\"", ".SH NAME",
      "berth \\- \(Self.escaped(Self.sentence(root.abstract)))", ".SH SYNOPSIS", ".B berth",
      ".I command", "[\\fIoption\\fR ...] [\\fIargument\\fR ...]", ".SH DESCRIPTION",
    ]
    // Exit codes have a section of their own.
    lines += Self.paragraphs(root.discussion?.prefix(before: "Exit codes:"))
    lines.append(".SH COMMANDS")
    let commands = (root.subcommands ?? []).filter { $0.shouldDisplay && $0.commandName != "help" }
    for command in commands { lines += section(command) }
    lines.append(".SH COMMON OPTIONS")
    for name in Self.common {
      let argument = commands.lazy.compactMap { $0.arguments?.first { $0.mainName == name } }.first
      if let argument { lines += Self.option(argument) }
    }
    lines += Self.closing
    return lines.joined(separator: "\n") + "\n"
  }

  private func section(_ command: CommandInfo) -> [String] {
    var lines = [".SS berth \(Self.escaped(command.commandName))\(synopsis(command))"]
    lines += Self.prose(command.abstract ?? "")
    let discussion = Self.paragraphs(command.discussion)
    lines += (discussion.isEmpty ? [] : [".PP"]) + discussion
    for argument in command.arguments ?? []
    where argument.shouldDisplay && !Self.common.contains(argument.mainName ?? "") {
      lines += Self.option(argument)
    }
    return lines
  }

  /// Arguments of a command.
  private func synopsis(_ command: CommandInfo) -> String {
    (command.arguments ?? []).filter { $0.kind == "positional" && $0.shouldDisplay }.map { argument in
      let name = "\\fI\(Self.escaped(argument.valueName ?? "value"))\\fR\(argument.isRepeating ? " ..." : "")"
      return argument.isOptional ? " [\(name)]" : " \(name)"
    }.joined()
  }

  private static func option(_ argument: CommandInfo.Parameter) -> [String] {
    let value = argument.valueName.map { "\\fI\(escaped($0))\\fR" } ?? ""
    var title = ""
    switch argument.kind {
    case "positional": title = value
    case "flag": title = names(argument)
    default:
      // Options with optional values need an equals sign.
      let isOmissible = ArgumentSpelling.omissible.contains(argument.mainName ?? "")
      title = names(argument) + (isOmissible ? "[=\(value)]" : " \(value)")
    }
    var words = argument.abstract ?? ""
    if let defaultText = argument.defaultValue, argument.kind == "option" { words += " Default: \(defaultText)." }
    return [".TP", title] + prose(words)
  }

  private static func names(_ argument: CommandInfo.Parameter) -> String {
    let names = (argument.names ?? []).map(\.text)
    return (names.filter { !$0.hasPrefix("--") } + names.filter { $0.hasPrefix("--") })
      .map { "\\fB\(escaped($0))\\fR" }.joined(separator: ", ")
  }

  /// Paragraphs of prose; lines of an indented part are kept.
  private static func paragraphs(_ text: String?) -> [String] {
    var lines: [String] = []
    for part in (text ?? "").split(separator: "\n", omittingEmptySubsequences: false) {
      if part.isEmpty {
        continue
      } else if part.hasPrefix("  ") {
        lines += [".br"] + prose(String(part))
      } else {
        lines += (lines.isEmpty ? [] : [".PP"]) + prose(String(part))
      }
    }
    return lines
  }

  /// The sentence without its full stop.
  private static func sentence(_ text: String?) -> String {
    let text = text ?? ""
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }

  /// The text escaped so that roff finds no requests in it.
  static func escaped(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": out += "\\e"
      case "-": out += "\\-"
      case "'": out += "\\(aq"
      case "`": out += "\\(ga"
      case "^": out += "\\(ha"
      case "~": out += "\\(ti"
      case "\n": out += " "
      case _ where !scalar.isASCII: out += "\\[u\(hex(scalar))]"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out.hasPrefix(".") ? "\\&" + out : out
  }

  /// Prose broken into lines of readable source.
  static func prose(_ text: String) -> [String] {
    var lines = [""]
    for word in text.split(separator: " ") {
      let escaped = escaped(String(word))
      if lines[lines.count - 1].isEmpty {
        lines[lines.count - 1] = escaped
      } else if lines[lines.count - 1].count + 1 + escaped.count > 76 {
        lines.append(escaped)
      } else {
        lines[lines.count - 1] += " " + escaped
      }
    }
    return lines
  }

  private static func hex(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}

extension String {
  /// The part before a separator; everything if it does not occur.
  fileprivate func prefix(before text: String) -> String {
    firstRange(of: text).map { String(self[..<$0.lowerBound]) } ?? self
  }
}
