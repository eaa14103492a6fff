/// The latest values of a measure, with their median and 90th percentile.
///
/// The quantiles are first made from five values, and reviewed at every fifth value from then on. The median is updated if it
/// is off by more than a tenth; the 90th percentile only if it is off by more than a quarter or below the median, because the
/// queue is ordered by it, and everything that waits has to be queued again. A quantile is the smallest value that enough of
/// the values do not exceed (the nearest rank).
public struct QuantileHistory: Hashable, Sendable {
  /// Median and 90th percentile of some values.
  public struct Quantiles: Hashable, Sendable {
    /// The median: half of the values are no greater.
    public var p50: Int64
    /// The 90th percentile: nine of ten values are no greater. At least the median.
    public var p90: Int64
    /// Number of values that they were made from.
    public var samples: Int

    /// Creates quantiles.
    public init(p50: Int64, p90: Int64, samples: Int) {
      self.p50 = p50
      self.p90 = p90
      self.samples = samples
    }
  }

  /// Number of values that the first quantiles need, and after which they are reviewed.
  public static let reviewPeriod = 5
  /// Number of latest values that are kept: what a job does changes with its data.
  public static let latestLimit = 20

  /// Number of values ever added.
  public private(set) var count = 0
  /// The latest values, at least one each; the oldest first.
  public private(set) var latest: [Int64] = []
  /// The quantiles; `nil`: there are too few values.
  public private(set) var quantiles: Quantiles?

  /// Creates a history of no values.
  public init() {}

  /// Creates a history from its record. Quantiles that were not recorded are made from the values.
  public init(count: Int, latest: [Int64], quantiles: Quantiles?) {
    self.count = count
    self.latest = latest
    self.quantiles = quantiles ?? (latest.count < Self.reviewPeriod ? nil : Self.quantiles(latest))
  }

  /// Adds a value, which counts as one if it is less, and updates the quantiles if a review is due.
  public mutating func add(_ value: Int64) {
    count += 1
    if latest.count >= Self.latestLimit { latest.removeFirst(latest.count - Self.latestLimit + 1) }
    latest.append(max(1, value))
    guard latest.count >= Self.reviewPeriod, count.isMultiple(of: Self.reviewPeriod) || quantiles == nil else { return }
    let new = Self.quantiles(latest)
    guard let old = quantiles else {
      quantiles = new
      return
    }
    var kept = old
    if Self.differs(new.p50, old.p50, byOneIn: 10) { (kept.p50, kept.samples) = (new.p50, new.samples) }
    if Self.differs(new.p90, old.p90, byOneIn: 4) || kept.p50 > old.p90 {
      (kept.p90, kept.samples) = (max(new.p90, kept.p50), new.samples)
    }
    quantiles = kept
  }

  /// Whether `new` differs from `old` by more than one part in `part`.
  private static func differs(_ new: Int64, _ old: Int64, byOneIn part: UInt64) -> Bool {
    (new - old).magnitude > old.magnitude / part
  }

  private static func quantiles(_ latest: [Int64]) -> Quantiles {
    let sorted = latest.sorted()
    func quantile(_ tenths: Int) -> Int64 { sorted[(sorted.count * tenths + 9) / 10 - 1] }
    return Quantiles(p50: quantile(5), p90: quantile(9), samples: sorted.count)
  }
}
