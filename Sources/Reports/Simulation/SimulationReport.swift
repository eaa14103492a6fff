import FleetModel
import PlanModel

/// A simulation's outcome as text for people and JSON for programs.
public struct SimulationReport: Sendable {
  /// Name of the simulated trace's file, or `manifests`.
  public var title: String
  /// Assumptions, one sentence each.
  public var assumptions: [String]
  /// The results.
  public var outcome: SimulationOutcome

  /// Creates a report.
  public init(title: String, assumptions: [String], outcome: SimulationOutcome) {
    self.title = title
    self.assumptions = assumptions
    self.outcome = outcome
  }

  /// Dimensions in which the clusters have capacity, in the order of `Dimension.allCases`.
  var dimensions: [Dimension] { Dimension.allCases.filter { outcome.capacity[$0] > 0 } }

  /// The report as text with a final line break.
  public func text(width: Int? = nil, palette: Palette = .plain) -> String {
    var sheet = Sheet("Simulation of \(title)")
    let count =
      outcome.finished == outcome.submitted
      ? Self.grouped(outcome.submitted)
      : "\(Self.grouped(outcome.finished)) of \(Self.grouped(outcome.submitted)) completed"
    sheet.add("Jobs", count, outcome.finished == outcome.submitted ? nil : .warning)
    sheet.add("Makespan", Self.seconds(Double(outcome.makespan.nanoseconds) / 1e9, decimals: 0))
    sheet.add("Mean wait", Self.seconds(outcome.meanWait, decimals: 1))
    sheet.add("p99 wait", Self.seconds(outcome.p99Wait, decimals: 1))
    sheet.add("Mean completion", Self.seconds(outcome.meanCompletion, decimals: 1))
    sheet.add("Bounded slowdown", Self.decimal(outcome.meanSlowdown, 2))
    for dimension in dimensions {
      sheet.add("Utilization, \(dimension.rawValue)", Self.decimal(utilisation(dimension), 4))
    }
    sheet.add("Preemptions", Self.grouped(outcome.preemptions))
    if outcome.preemptions > 0 {
      let lost = dimensions.map { "\(Self.decimal(lostHours($0), 1)) \(Self.hours(of: $0))" }
      sheet.add("Work lost", lost.joined(separator: ", "))
    }
    if let accuracy = outcome.accuracy { add(accuracy, to: &sheet) }
    for (index, one) in outcome.stuck.enumerated() {
      sheet.add(index == 0 ? "Not completed" : "", "\(one.identity.text): \(one.reason)", .warning)
    }
    let untold = outcome.submitted - outcome.finished - outcome.stuck.count
    if !outcome.stuck.isEmpty, untold > 0 { sheet.add("", "and \(Self.grouped(untold)) more", .warning) }
    for (index, assumption) in assumptions.enumerated() { sheet.add(index == 0 ? "Assumed" : "", assumption) }
    return sheet.text(width: width, palette: palette)
  }

  /// The report as JSON.
  public var json: JSONValue {
    .object([
      .init("title", .string(title)), .init("jobs", .integer(Int64(outcome.submitted))),
      .init("finished", .integer(Int64(outcome.finished))),
      .init("makespanSeconds", .number(Double(outcome.makespan.nanoseconds) / 1e9)),
      .init("meanWaitSeconds", .number(outcome.meanWait)), .init("p99WaitSeconds", .number(outcome.p99Wait)),
      .init("meanCompletionSeconds", .number(outcome.meanCompletion)),
      .init("meanBoundedSlowdown", .number(outcome.meanSlowdown)),
      .init("utilisation", .object(dimensions.map { .init($0.rawValue, .number(utilisation($0))) })),
      .init("preemptions", .integer(Int64(outcome.preemptions))),
      .init("lostHours", .object(dimensions.map { .init($0.rawValue, .number(lostHours($0))) })),
      .init(
        "stuck",
        .array(
          outcome.stuck.map {
            .object([.init("deployment", .string($0.identity.text)), .init("reason", .string($0.reason))])
          })),
      .init("forecastError", outcome.accuracy.map(Self.json) ?? .null),
      .init("assumptions", .array(assumptions.map { .string($0) })),
      .init(
        "usage",
        .object([
          .init("stretchSeconds", .number(Double(outcome.usageInterval.nanoseconds) / 1e9)),
          .init(
            "held",
            .object(
              dimensions.map { dimension in
                .init(dimension.rawValue, .array(outcome.usage.map { .number($0.held[dimension] ?? 0) }))
              })),
          .init("waiting", .array(outcome.usage.map { .number($0.waiting) })),
        ])),
    ])
  }

  private func add(_ accuracy: ForecastAccuracy, to sheet: inout Sheet) {
    let known = accuracy.compared - accuracy.unknown
    sheet.add(
      "Forecast error",
      known == 0
        ? "no job whose start was predicted had to wait"
        : "p50 \(Self.percent(accuracy.p50)), p90 \(Self.percent(accuracy.p90)) of the wait, in \(Self.grouped(known)) jobs"
    )
    if known > 0 {
      sheet.add("Forecast bias", (accuracy.bias > 0 ? "+" : "") + "\(Self.percent(accuracy.bias)) of all waits")
    }
    if accuracy.compared > 0 {
      sheet.add("Start unknown", Self.percent(Double(accuracy.unknown) / Double(accuracy.compared)))
    }
    sheet.add(
      "Promises",
      "\(Self.grouped(accuracy.promises)), \(accuracy.broken == 0 ? "none" : Self.grouped(accuracy.broken)) broken",
      accuracy.broken == 0 ? nil : .warning)
  }

  private static func percent(_ share: Double) -> String { decimal(share * 100, 1) + "%" }

  private static func json(_ accuracy: ForecastAccuracy) -> JSONValue {
    .object([
      .init("compared", .count(accuracy.compared)), .init("unknown", .count(accuracy.unknown)),
      .init("p50", .number(accuracy.p50)), .init("p90", .number(accuracy.p90)), .init("bias", .number(accuracy.bias)),
      .init("promises", .count(accuracy.promises)), .init("broken", .count(accuracy.broken)),
    ])
  }

  private static func seconds(_ seconds: Double, decimals: Int) -> String {
    let human = TimeSpan(nanoseconds: Int64(min(seconds, 9e9) * 1e9)).humanText
    return decimal(seconds, decimals) + " s" + (seconds >= 60 ? " (\(human))" : "")
  }

  static func grouped(_ number: Int) -> String { decimal(Double(number), 0) }

  /// A number with a fixed number of decimals, rounded half up, and commas between thousands.
  static func decimal(_ number: Double, _ decimals: Int) -> String {
    let scale = [1.0, 10, 100, 1000, 10_000][decimals]
    guard number.isFinite, abs(number) * scale < 9e18 else { return "\(number)" }
    let scaled = Int64((abs(number) * scale).rounded())
    let whole = String(scaled / Int64(scale))
    var grouped = ""
    for (index, digit) in whole.enumerated() {
      if index > 0, (whole.count - index) % 3 == 0 { grouped.append(",") }
      grouped.append(digit)
    }
    if decimals > 0 { grouped += "." + String(scaled % Int64(scale) + Int64(scale)).dropFirst() }
    return (number < 0 && scaled > 0 ? "-" : "") + grouped
  }

  /// The share of a dimension's capacity that was held over the whole time.
  func utilisation(_ dimension: Dimension) -> Double { outcome.utilisation[dimension] ?? 0 }

  /// Lost work in GiB-hours, core-hours or GPU-hours.
  private func lostHours(_ dimension: Dimension) -> Double {
    (outcome.lost[dimension] ?? 0) / 3600 / (dimension == .ram ? Double(1 << 30) : 1000)
  }

  private static func hours(of dimension: Dimension) -> String {
    switch dimension {
    case .ram: "GiB-hours"
    case .cpu: "core-hours"
    case .gpu: "GPU-hours"
    }
  }
}
