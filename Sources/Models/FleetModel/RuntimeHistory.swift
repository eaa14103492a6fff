/// A user and an image: runs of one image by one user are expected to take about as long as each other, and to exceed what was
/// declared of them by about as much.
public struct RuntimeKey: Hashable, Comparable, Sendable {
  /// The owner of the deployments.
  public var user: UserID
  /// The image of the deployments.
  public var image: String

  /// Makes a key.
  public init(user: UserID, image: String) {
    self.user = user
    self.image = image
  }

  /// Orders keys by user, then by image.
  public static func < (left: RuntimeKey, right: RuntimeKey) -> Bool {
    (left.user, left.image) < (right.user, right.image)
  }
}

/// Expected duration of the next run of an image, estimated from earlier runs.
public struct RuntimeEstimate: Hashable, Sendable {
  /// The median: half of the runs took no longer.
  public var p50: TimeSpan
  /// The 90th percentile: nine of ten runs took no longer.
  public var p90: TimeSpan
  /// Number of runs that the estimate is based on.
  public var runs: Int

  /// Makes an estimate.
  public init(p50: TimeSpan, p90: TimeSpan, runs: Int) {
    self.p50 = p50
    self.p90 = p90
    self.runs = runs
  }
}

/// Ratio of what earlier runs took to what was declared of them, in thousandths.
public struct RuntimeCorrection: Hashable, Sendable {
  /// The median: half of the runs took no longer than this part of what was declared.
  public var p50: Int64
  /// The 90th percentile.
  public var p90: Int64
  /// Number of runs that the ratio is based on.
  public var runs: Int

  /// Makes a correction.
  public init(p50: Int64, p90: Int64, runs: Int) {
    self.p50 = p50
    self.p90 = p90
    self.runs = runs
  }

  /// Returns the estimate of a run of which a duration is declared.
  public func estimate(declared: TimeSpan) -> RuntimeEstimate {
    RuntimeEstimate(p50: Self.scaled(declared, by: p50), p90: Self.scaled(declared, by: p90), runs: runs)
  }

  private static func scaled(_ span: TimeSpan, by thousandths: Int64) -> TimeSpan {
    // In two parts, so that an exact ratio gives back what was declared.
    let (whole, rest) = span.nanoseconds.quotientAndRemainder(dividingBy: 1000)
    let product = whole.multipliedReportingOverflow(by: thousandths)
    let (part, isTooLong) = product.partialValue.addingReportingOverflow(rest * thousandths / 1000)
    return product.overflow || isTooLong ? TimeSpan(nanoseconds: .max) : TimeSpan(nanoseconds: part)
  }
}

/// Durations of the latest runs of one image by one user, absolute and in proportion to what was declared: one row of
/// `runtimes`.
///
/// Only runs that show how long the work takes count: runs of jobs whose execution was confirmed and that ended by
/// themselves with success. The duration of a run that failed, was stopped, preempted, killed or lost says only when that
/// happened.
public struct RuntimeHistory: Hashable, Sendable {
  /// Number of pairs of user and image that are remembered; beyond it, the pairs whose last run ended the longest ago are
  /// forgotten.
  public static let pairLimit = 4096
  /// The greatest ratio that is recorded, in thousandths.
  private static let ratioLimit: Int64 = 1_000_000_000

  /// The user and the image.
  public let key: RuntimeKey
  /// Durations of runs in whole milliseconds.
  public private(set) var durations: QuantileHistory
  /// Ratios of the durations of runs to their `expectedRuntime`, in thousandths, for runs of deployments that declare one.
  public private(set) var ratios: QuantileHistory
  /// Time when the last run ended.
  public private(set) var lastEnd: Instant

  /// Makes a history of no runs.
  public init(_ key: RuntimeKey) {
    self.init(key, durations: QuantileHistory(), ratios: QuantileHistory(), lastEnd: Instant(nanoseconds: 0))
  }

  /// Makes a history from its record.
  public init(_ key: RuntimeKey, durations: QuantileHistory, ratios: QuantileHistory, lastEnd: Instant) {
    self.key = key
    self.durations = durations
    self.ratios = ratios
    self.lastEnd = lastEnd
  }

  /// The estimate for runs of which no duration is declared; `nil`: there are too few runs.
  public var estimate: RuntimeEstimate? {
    durations.quantiles.map {
      RuntimeEstimate(p50: .milliseconds($0.p50), p90: .milliseconds($0.p90), runs: $0.samples)
    }
  }

  /// The correction of declared durations; `nil`: too few runs had one.
  public var correction: RuntimeCorrection? {
    ratios.quantiles.map { RuntimeCorrection(p50: $0.p50, p90: $0.p90, runs: $0.samples) }
  }

  /// Counts a run.
  ///
  /// - Parameter declared: the run's `expectedRuntime`; `nil`: it had none.
  public mutating func add(_ runtime: TimeSpan, declared: TimeSpan? = nil, endedAt end: Instant) {
    lastEnd = max(lastEnd, end)
    durations.add(runtime.nanoseconds / 1_000_000)
    guard let declared, declared > .zero else { return }
    let ratio = Double(runtime.nanoseconds) / Double(declared.nanoseconds) * 1000
    ratios.add(ratio < Double(Self.ratioLimit) ? Int64(ratio.rounded()) : Self.ratioLimit)
  }
}
