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

extension RuntimeCorrection {
  /// Correction with its origin: `1.4 times what is declared (p50 of 7 runs; p90 is 2.1 times)`.
  var text: String {
    let bound = p90 == p50 ? "" : "; p90 is \(Self.factor(p90)) times"
    return "\(Self.factor(p50)) times what is declared (\(LearnedQuantile(percent: 50, runs: runs).text)\(bound))"
  }

  /// The correction in thousandths.
  fileprivate var json: JSONValue {
    .object([
      .init("p50Thousandths", .integer(p50)), .init("p90Thousandths", .integer(p90)), .init("runs", .count(runs)),
    ])
  }

  /// A factor to two digits behind the point: `1.4`, `0.25`, `3`.
  private static func factor(_ thousandths: Int64) -> String {
    let hundredths = (thousandths + 5) / 10
    if hundredths == 0 { return "less than 0.01" }
    let digits = String(hundredths % 100 + 100).dropFirst()
    let fraction = digits.hasSuffix("0") ? digits.dropLast() : digits
    return fraction == "0" ? "\(hundredths / 100)" : "\(hundredths / 100).\(fraction)"
  }
}

extension LearnedRuntime {
  var json: JSONValue {
    var fields = [JSONValue.Field("image", .string(image)), .init("user", .string(user))]
    switch basis {
    case .durations(let estimate): fields.append(.init("estimate", estimate.json))
    case .declared(let correction): fields.append(.init("correction", correction.json))
    }
    return .object(fields)
  }

  /// Words about an image: `takes 40m (p50 of 7 runs)`.
  fileprivate var phrase: String {
    switch basis {
    case .durations(let estimate): "takes \(estimate.text)"
    case .declared(let correction): "takes \(correction.text)"
    }
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
    var parts = learned.prefix(few).map { "\($0.image)\(isOneUser ? "" : " of \($0.user)") \($0.phrase)" }
    if learned.count > few { parts.append("\(learned.count - few) more") }
    return "Learned from earlier runs: \(enumeration(parts))."
  }
}
