import Manifests
import Reports

/// Options whose value may be left out: `--wait` means `--wait=converged`, `--retry-failed` means `--retry-failed=all`. The
/// parser knows no such options, so the missing value is filled in before it sees them.
enum ArgumentSpelling {
  /// The value of an option that is given without one.
  private static let values = ["--wait": "converged", "--retry-failed": "all"]

  /// Their names.
  static let omissible = Set(values.keys)

  /// The arguments with all values filled in; what follows `--` is left as it is.
  static func normalized(_ arguments: [String]) -> [String] {
    let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
    return arguments[..<end].map { argument in
      values[argument].map { "\(argument)=\($0)" } ?? argument
    } + arguments[end...]
  }

  /// What is wrong with the arguments that the parser would take for something else; nil: nothing. `--wait started` would be
  /// `--wait` and a directory.
  /// - Parameters:
  ///   - commands: the names of all commands.
  ///   - exists: whether there is a file of a name.
  static func mistake(
    _ arguments: [String], commands: [String] = [], exists: (String) -> Bool = Surroundings.exists
  ) -> String? {
    // `help` is followed by a command.
    let named = arguments.first == "help" ? arguments.dropFirst().first : arguments.first
    if let first = named, !commands.isEmpty, !first.hasPrefix("-"), !commands.contains(first) {
      let near = NearestName.hint(for: first, among: commands)
      return "There is no command \(first)" + (near.map { ": \($0)" } ?? ".")
    }
    let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
    for (argument, next) in zip(arguments[..<end], arguments[..<end].dropFirst()) where !next.hasPrefix("-") {
      if argument == "--wait", GoalArgument(rawValue: next) != nil {
        return "--wait takes its goal behind an equals sign: write --wait=\(next)."
      }
      // What is no path was not meant as one.
      if argument == "--retry-failed", !exists(next) {
        return "--retry-failed takes its name behind an equals sign: write --retry-failed=\(next)."
      }
    }
    return nil
  }

  /// A text of the parser with the values that may be left out written so, and with nothing in it that a terminal obeys: it
  /// quotes arguments.
  static func shown(_ message: String) -> String {
    var message = message
    for (option, value) in [("--wait", "<goal>"), ("--retry-failed", "<name>")] {
      // In a list of options, the descriptions stay where they are.
      message = message.replacing("\(option) \(value)   ", with: "\(option)[=\(value)] ")
      message = message.replacing("\(option) \(value)", with: "\(option)[=\(value)]")
    }
    message = message.replacing(#/(The value '([0-9]+)' is invalid for '[^']*<duration>')/#) { match in
      "\(match.1): \(match.2) has no unit: write \(match.2)s, \(match.2)m"
    }
    return message.split(separator: "\n", omittingEmptySubsequences: false).map { VisibleText.escaped(String($0)) }
      .joined(separator: "\n")
  }

  /// What `--color` says, also where the rest of the command line is wrong.
  static func color(_ arguments: [String]) -> ColorChoice {
    for (index, argument) in arguments.enumerated() {
      if argument == "--color", index + 1 < arguments.count {
        return ColorChoice(rawValue: arguments[index + 1]) ?? .auto
      }
      if argument.hasPrefix("--color=") { return ColorChoice(rawValue: String(argument.dropFirst(8))) ?? .auto }
    }
    return .auto
  }
}
