/// Options whose value may be left out: `--wait` means `--wait=converged`, `--retry-failed` means `--retry-failed=all`. The
/// parser knows no such options, so the missing value is filled in before it sees them.
enum ArgumentSpelling {
  /// The value of an option that is given without one.
  private static let values = ["--wait": "converged", "--retry-failed": "all"]

  /// The arguments with all values filled in; what follows `--` is left as it is.
  static func normalized(_ arguments: [String]) -> [String] {
    let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
    return arguments[..<end].map { argument in
      values[argument].map { "\(argument)=\($0)" } ?? argument
    } + arguments[end...]
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
