import Manifests
import Reports

/// Options with an optional value: `--wait` means `--wait=converged`, `--retry-failed` means `--retry-failed=all`, and
/// `--take-ownership` means `--take-ownership=all`, `--forecast-error` means `--forecast-error=10`. The parser has no such options, so missing values are filled in before it runs.
enum ArgumentSpelling {
  /// Default values.
  private static let values = [
    "--wait": "converged", "--retry-failed": "all", "--take-ownership": "all", "--forecast-error": "10",
  ]

  /// Names of these options.
  static let omissible = Set(values.keys)

  /// Arguments with all values filled in; arguments after `--` stay as they are.
  ///
  /// A word that follows such an option is its value if it can be nothing else: shells complete values after a space.
  /// - Parameter exists: whether a file exists.
  static func normalized(_ arguments: [String], exists: (String) -> Bool = Surroundings.exists) -> [String] {
    let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
    var result: [String] = []
    var rest = arguments[..<end]
    while let argument = rest.popFirst() {
      guard let standard = values[argument] else {
        result.append(argument)
        continue
      }
      if let next = rest.first, isValue(next, of: argument), !exists(next) {
        result.append("\(argument)=\(next)")
        rest = rest.dropFirst()
      } else {
        result.append("\(argument)=\(standard)")
      }
    }
    return result + arguments[end...]
  }

  private static func isValue(_ word: String, of option: String) -> Bool {
    if word.hasPrefix("-") { return false }
    switch option {
    case "--wait": return GoalArgument(rawValue: word) != nil
    case "--retry-failed": return true
    case "--forecast-error": return Int(word) != nil
    default: return false
    }
  }

  /// Message about arguments that could be misunderstood, such as `--wait started` where there is a directory of that name;
  /// nil if there are none.
  /// - Parameters:
  ///   - commands: names of all commands.
  ///   - exists: whether a file exists.
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
      if argument == "--wait", GoalArgument(rawValue: next) != nil, exists(next) {
        return "The goal of --wait needs an equals sign here: write --wait=\(next), or ./\(next) for the path."
      }
      // The argument is not an existing path, so it was meant as a value; a slip here takes what belongs to others.
      if argument == "--take-ownership", !exists(next) {
        return "The name for \(argument) needs an equals sign: write \(argument)=\(next)."
      }
    }
    return nil
  }

  /// The parser's message with optional values spelled correctly, and escaped because it quotes arguments.
  static func shown(_ message: String) -> String {
    var message = message
    for (option, value) in [
      ("--wait", "<goal>"), ("--retry-failed", "<name>"), ("--take-ownership", "<name>"),
      ("--forecast-error", "<every>"),
    ] {
      // Descriptions in a list of options keep their column.
      message = message.replacing("\(option) \(value)   ", with: "\(option)[=\(value)] ")
      message = message.replacing("\(option) \(value)", with: "\(option)[=\(value)]")
    }
    message = message.replacing(#/(The value '([0-9]+)' is invalid for '[^']*<duration>')/#) { match in
      "\(match.1): \(match.2) has no unit: write \(match.2)s, \(match.2)m"
    }
    return message.split(separator: "\n", omittingEmptySubsequences: false).map { VisibleText.escaped(String($0)) }
      .joined(separator: "\n")
  }

  /// Value of `--color`, even if the rest of the command line is invalid.
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
