/// A user and an image: runs of one image by one user are expected to take about as long as each other.
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

/// Durations of the latest runs of one image by one user, and the estimate from them: one row of `runtimes`.
///
/// Only runs that show how long the work takes count: runs of jobs whose execution was confirmed and that ended by
/// themselves with success. The duration of a run that failed, was stopped, preempted, killed or lost says only when that
/// happened.
///
/// The estimate is first made from five runs, and reviewed at every fifth run from then on. The median is updated if it is
/// off by more than a tenth; the 90th percentile only if it is off by more than a quarter or below the median, because the
/// queue is ordered by it, and everything that waits has to be queued again. A quantile is the smallest value that enough
/// of the runs do not exceed (the nearest rank).
public struct RuntimeHistory: Hashable, Sendable {
  /// Number of runs that an estimate needs, and after which it is reviewed.
  public static let reviewPeriod = 5
  /// Number of latest runs that are kept: the duration of a job changes with its data.
  public static let latestLimit = 20
  /// Number of pairs of user and image that are remembered; beyond it, the pairs whose last run ended the longest ago are
  /// forgotten.
  public static let pairLimit = 4096

  /// The user and the image.
  public let key: RuntimeKey
  /// Number of runs ever counted.
  public private(set) var count: Int
  /// Durations of the latest runs in whole milliseconds, at least one; the oldest first.
  public private(set) var latest: [Int64]
  /// Time when the last of them ended.
  public private(set) var lastEnd: Instant
  /// The estimate; nil: there are too few runs.
  public private(set) var estimate: RuntimeEstimate?

  /// Makes a history of no runs.
  public init(_ key: RuntimeKey) {
    self.key = key
    count = 0
    latest = []
    lastEnd = Instant(nanoseconds: 0)
  }

  /// Makes a history from its record; an estimate that was not recorded is made from the durations.
  public init(_ key: RuntimeKey, count: Int, latest: [Int64], lastEnd: Instant, estimate: RuntimeEstimate?) {
    self.key = key
    self.count = count
    self.lastEnd = lastEnd
    self.latest = latest
    self.estimate = estimate ?? (latest.count < Self.reviewPeriod ? nil : Self.estimate(latest))
  }

  /// Counts a run, and updates the estimate if a review is due.
  public mutating func add(_ runtime: TimeSpan, endedAt end: Instant) {
    count += 1
    lastEnd = max(lastEnd, end)
    if latest.count >= Self.latestLimit { latest.removeFirst(latest.count - Self.latestLimit + 1) }
    latest.append(max(1, runtime.nanoseconds / 1_000_000))
    guard latest.count >= Self.reviewPeriod, count.isMultiple(of: Self.reviewPeriod) || estimate == nil else { return }
    let new = Self.estimate(latest)
    guard let old = estimate else {
      estimate = new
      return
    }
    var kept = old
    if Self.differs(new.p50, old.p50, byOneIn: 10) { (kept.p50, kept.runs) = (new.p50, new.runs) }
    if Self.differs(new.p90, old.p90, byOneIn: 4) || kept.p50 > old.p90 {
      (kept.p90, kept.runs) = (max(new.p90, kept.p50), new.runs)
    }
    estimate = kept
  }

  /// Whether `new` differs from `old` by more than one part in `part`.
  private static func differs(_ new: TimeSpan, _ old: TimeSpan, byOneIn part: UInt64) -> Bool {
    (new.nanoseconds - old.nanoseconds).magnitude > old.nanoseconds.magnitude / part
  }

  private static func estimate(_ latest: [Int64]) -> RuntimeEstimate {
    let sorted = latest.sorted()
    func quantile(_ tenths: Int) -> TimeSpan { .milliseconds(sorted[(sorted.count * tenths + 9) / 10 - 1]) }
    return RuntimeEstimate(p50: quantile(5), p90: quantile(9), runs: sorted.count)
  }
}
