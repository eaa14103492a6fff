import FleetModel

/// Results of a simulation, for people and programs.
public struct SimulationFigures: Sendable {
  /// Use of the clusters and length of the queue in one interval.
  public struct Stretch: Sendable, Hashable {
    /// Share of the capacity that was held, in the order of `dimensions`.
    public var held: [Double]
    /// The mean number of jobs that waited.
    public var waiting: Double
    /// Creates an interval.
    public init(held: [Double], waiting: Double) {
      self.held = held
      self.waiting = waiting
    }
  }
  /// Results for one dimension.
  public struct DimensionFigures: Sendable, Hashable {
    /// The dimension.
    public var dimension: Dimension
    /// Total capacity of the clusters.
    public var capacity: Int64
    /// Share of the capacity that was held over the whole time.
    public var utilisation: Double
    /// Amounts held by preempted runs, as amount × seconds in bytes or thousandths.
    public var lost: Double
    /// Creates the results of a dimension.
    public init(dimension: Dimension, capacity: Int64, utilisation: Double, lost: Double) {
      self.dimension = dimension
      self.capacity = capacity
      self.utilisation = utilisation
      self.lost = lost
    }
  }

  /// Name of the simulated trace's file, or `manifests`.
  public var title: String
  /// Assumptions, one sentence each.
  public var assumptions: [String]
  /// Number of jobs submitted.
  public var jobs = 0
  /// Number of jobs completed.
  public var finished = 0
  /// Some of the jobs that did not complete, each with the code of its reason.
  public var stuck: [(identity: DeploymentIdentity, reason: String)] = []
  /// Time from the first submission to the last end.
  public var makespan = TimeSpan.zero
  /// Mean wait in seconds.
  public var meanWait = 0.0
  /// Wait in seconds that 99% of jobs do not exceed.
  public var p99Wait = 0.0
  /// Mean time from submission to completion, in seconds.
  public var meanCompletion = 0.0
  /// Mean of `max(1, (wait + run) / max(run, 10 s))`.
  public var meanSlowdown = 0.0
  /// Dimensions of which the clusters have capacity.
  public var dimensions: [DimensionFigures] = []
  /// Number of runs stopped for others.
  public var preemptions = 0
  /// Use over time.
  public var stretches: [Stretch] = []
  /// Length of each interval.
  public var width = TimeSpan.seconds(1)

  /// Creates figures that are all zero.
  public init(title: String, assumptions: [String]) {
    self.title = title
    self.assumptions = assumptions
  }

  /// The figures as text with a final line break.
  public func text(width: Int? = nil, palette: Palette = .plain) -> String {
    var sheet = Sheet("Simulation of \(title)")
    let count =
      finished == jobs ? Self.grouped(jobs) : "\(Self.grouped(finished)) of \(Self.grouped(jobs)) came to their end"
    sheet.add("Jobs", count, finished == jobs ? nil : .warning)
    sheet.add("Makespan", Self.seconds(Double(makespan.nanoseconds) / 1e9, decimals: 0))
    sheet.add("Mean wait", Self.seconds(meanWait, decimals: 1))
    sheet.add("Wait of 99 in 100", "at most " + Self.seconds(p99Wait, decimals: 1))
    sheet.add("Mean completion", Self.seconds(meanCompletion, decimals: 1))
    sheet.add("Bounded slowdown", Self.decimal(meanSlowdown, 2))
    for dimension in dimensions {
      sheet.add("Utilisation, \(dimension.dimension.rawValue)", Self.decimal(dimension.utilisation, 4))
    }
    sheet.add("Preemptions", Self.grouped(preemptions))
    if preemptions > 0 {
      let lost = dimensions.map { "\($0.lostText) \($0.unitText)" }
      sheet.add("Work lost", lost.joined(separator: ", "))
    }
    for (place, one) in stuck.enumerated() {
      sheet.add(place == 0 ? "Never ended" : "", "\(one.identity.text): \(one.reason)", .warning)
    }
    let untold = jobs - finished - stuck.count
    if !stuck.isEmpty, untold > 0 { sheet.add("", "and \(Self.grouped(untold)) more", .warning) }
    for (place, assumption) in assumptions.enumerated() { sheet.add(place == 0 ? "Assumed" : "", assumption) }
    return sheet.text(width: width, palette: palette)
  }

  /// The figures as JSON.
  public var json: JSONValue {
    .object([
      .init("title", .string(title)), .init("jobs", .integer(Int64(jobs))),
      .init("finished", .integer(Int64(finished))),
      .init("makespanSeconds", .number(Double(makespan.nanoseconds) / 1e9)),
      .init("meanWaitSeconds", .number(meanWait)), .init("p99WaitSeconds", .number(p99Wait)),
      .init("meanCompletionSeconds", .number(meanCompletion)),
      .init("meanBoundedSlowdown", .number(meanSlowdown)),
      .init("utilisation", .object(dimensions.map { .init($0.dimension.rawValue, .number($0.utilisation)) })),
      .init("preemptions", .integer(Int64(preemptions))),
      .init("lostHours", .object(dimensions.map { .init($0.dimension.rawValue, .number($0.lostHours)) })),
      .init(
        "stuck",
        .array(
          stuck.map {
            .object([.init("deployment", .string($0.identity.text)), .init("reason", .string($0.reason))])
          })),
      .init("assumptions", .array(assumptions.map { .string($0) })),
      .init(
        "usage",
        .object([
          .init("stretchSeconds", .number(Double(width.nanoseconds) / 1e9)),
          .init(
            "held",
            .object(
              dimensions.enumerated().map { place, dimension in
                .init(dimension.dimension.rawValue, .array(stretches.map { .number($0.held[place]) }))
              })),
          .init("waiting", .array(stretches.map { .number($0.waiting) })),
        ])),
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
    for (place, digit) in whole.enumerated() {
      if place > 0, (whole.count - place) % 3 == 0 { grouped.append(",") }
      grouped.append(digit)
    }
    if decimals > 0 { grouped += "." + String(scaled % Int64(scale) + Int64(scale)).dropFirst() }
    return (number < 0 && scaled > 0 ? "-" : "") + grouped
  }
}

extension SimulationFigures.DimensionFigures {
  /// Lost work in GiB-hours, core-hours or GPU-hours.
  var lostHours: Double { lost / 3600 / (dimension == .ram ? Double(1 << 30) : 1000) }
  var lostText: String { SimulationFigures.decimal(lostHours, 1) }
  var unitText: String {
    switch dimension {
    case .ram: "GiB-hours"
    case .cpu: "core-hours"
    case .gpu: "GPU-hours"
    }
  }
}
