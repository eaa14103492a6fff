import FleetModel

/// What a simulation has shown, for people and programs.
public struct SimulationFigures: Sendable {
  /// How full the clusters were, and how many waited, in one stretch of time.
  public struct Stretch: Sendable, Hashable {
    /// Share of the capacity that was held, in the order of the figures' dimensions.
    public var held: [Double]
    /// The mean number of jobs that waited.
    public var waiting: Double
    /// Makes a stretch.
    public init(held: [Double], waiting: Double) {
      self.held = held
      self.waiting = waiting
    }
  }
  /// What is told of one dimension.
  public struct DimensionFigures: Sendable, Hashable {
    /// Which.
    public var dimension: Dimension
    /// What the clusters have of it.
    public var capacity: Int64
    /// Share of it that was held, over the whole time.
    public var utilisation: Double
    /// What preempted runs had held: amount × seconds, in the dimension's whole units.
    public var lost: Double
    /// Makes figures.
    public init(dimension: Dimension, capacity: Int64, utilisation: Double, lost: Double) {
      self.dimension = dimension
      self.capacity = capacity
      self.utilisation = utilisation
      self.lost = lost
    }
  }

  /// What was simulated: a file's name, or `manifests`.
  public var title: String
  /// What was taken to be so, a sentence each.
  public var assumptions: [String]
  /// Jobs that were submitted.
  public var jobs = 0
  /// Jobs that came to their end.
  public var finished = 0
  /// Some of those that did not, each with the code of its reason.
  public var stuck: [(identity: DeploymentIdentity, reason: String)] = []
  /// From the first submission to the last end.
  public var makespan = TimeSpan.zero
  /// Seconds.
  public var meanWait = 0.0
  /// Seconds that 99 of 100 don't exceed.
  public var p99Wait = 0.0
  /// Seconds.
  public var meanCompletion = 0.0
  /// Mean of `max(1, (wait + run) / max(run, 10 s))`.
  public var meanSlowdown = 0.0
  /// Those of which the clusters have something.
  public var dimensions: [DimensionFigures] = []
  /// Runs stopped for others.
  public var preemptions = 0
  /// Over time.
  public var stretches: [Stretch] = []
  /// How long each stretch lasts.
  public var width = TimeSpan.seconds(1)

  /// Figures without numbers yet.
  public init(title: String, assumptions: [String]) {
    self.title = title
    self.assumptions = assumptions
  }

  /// The figures for people, with a line break at the end.
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

  /// The figures for programs.
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

  /// A number with so many decimals, rounded half up, and commas between thousands.
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
  /// GiB-hours, core-hours or GPU-hours.
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
