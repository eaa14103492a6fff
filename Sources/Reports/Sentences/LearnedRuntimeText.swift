import FleetModel
import PlanModel

extension LearnedQuantile {
  /// Origin of an estimate: `p50 of 7 runs`.
  var text: String { "p\(percent) of \(runs) runs" }

  var json: JSONValue { .object([.init("percent", .count(percent)), .init("runs", .count(runs))]) }
}

extension RuntimeEstimate {
  /// Estimate with its origin: `40m (p50 of 7 runs; p90 is 1h)`.
  public var text: String {
    let bound = p90 == p50 ? "" : "; p90 is \(p90.roughText)"
    return "\(p50.roughText) (\(LearnedQuantile(percent: 50, runs: runs).text)\(bound))"
  }

  /// The estimate in milliseconds.
  public var json: JSONValue {
    .object([
      .init("p50Milliseconds", .integer(p50.nanoseconds / 1_000_000)),
      .init("p90Milliseconds", .integer(p90.nanoseconds / 1_000_000)), .init("runs", .count(runs)),
    ])
  }
}

extension LearnedRuntime {
  var json: JSONValue {
    .object([.init("image", .string(image)), .init("user", .string(user)), .init("estimate", estimate.json)])
  }
}

extension DeploymentForecast {
  /// Whether its start is known and later than now.
  var startsLater: Bool { if case .at = start { true } else { false } }
}

extension Forecast {
  /// Estimates from earlier runs that the forecast uses, as a sentence; nil if there are none. Not yet escaped for a
  /// terminal.
  var learnedText: String? {
    if learned.isEmpty { return nil }
    let few = 3
    let isOneUser = Set(learned.map(\.user)).count == 1
    var parts = learned.prefix(few).map { "\($0.image)\(isOneUser ? "" : " of \($0.user)") takes \($0.estimate.text)" }
    if learned.count > few { parts.append("\(learned.count - few) more") }
    return "Learned from earlier runs: \(enumeration(parts))."
  }
}
