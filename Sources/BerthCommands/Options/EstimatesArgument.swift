import ArgumentParser
import Simulation

extension EstimateModel: ExpressibleByArgument {
  /// Reads `exact`, `declared`, `learned`, `factor:LO..HI` or `lognormal:SIGMA`.
  public init?(argument: String) {
    let parts = argument.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    switch (parts.first, parts.dropFirst().first) {
    case ("exact", nil): self = .exact
    case ("declared", nil): self = .declared
    case ("learned", nil): self = .learned
    case ("factor", let range?):
      let ends = range.split(separator: "..", omittingEmptySubsequences: false).map { Self.positive($0) }
      guard ends.count == 2, let low = ends[0], let high = ends[1], low <= high else { return nil }
      self = .factor(low...high)
    case ("lognormal", let text?):
      guard let sigma = Self.positive(text), sigma <= 5 else { return nil }
      self = .lognormal(sigma)
    default: return nil
    }
  }

  /// Models without a number, and the beginnings of those with one.
  public static var allValueStrings: [String] { ["exact", "declared", "learned", "factor:", "lognormal:"] }

  private static func positive(_ text: Substring) -> Double? {
    guard let number = Double(text), number > 0, number <= 1000, text.allSatisfy({ $0.isNumber || $0 == "." }) else {
      return nil
    }
    return number
  }

  /// The model as a sentence of a report.
  var assumption: String {
    let corrected = "corrected by what earlier runs of the same user and image took of theirs"
    return switch self {
    case .exact: "the scheduler knows the exact runtimes and uses them as maxRuntime"
    case .declared: "the scheduler knows the trace's estimates, \(corrected), and its limits"
    case .learned: "the scheduler knows what earlier runs of the same user and image took, and the trace's limits"
    case .factor(let range):
      "jobs declare from \(Self.text(range.lowerBound)) to \(Self.text(range.upperBound)) times their runtimes, \(corrected)"
    case .lognormal(let sigma):
      "jobs declare their runtimes times e^(\(Self.text(sigma))·z), z normally distributed, \(corrected)"
    }
  }

  private static func text(_ number: Double) -> String {
    number == number.rounded() ? "\(Int(number))" : "\(number)"
  }
}
