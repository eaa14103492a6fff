/// Whose runs of what: runs of one image by one user are expected to take about as long as each other.
public struct RuntimeKey: Hashable, Comparable, Sendable {
  /// The owner of the deployments.
  public var user: UserID
  /// What they run.
  public var image: String

  /// Makes a key.
  public init(user: UserID, image: String) {
    self.user = user
    self.image = image
  }

  /// By user, then by image.
  public static func < (left: RuntimeKey, right: RuntimeKey) -> Bool {
    (left.user, left.image) < (right.user, right.image)
  }
}

/// How long the next run of an image is expected to take, by what earlier ones took.
public struct RuntimeEstimate: Hashable, Sendable {
  /// Half of the runs took no longer.
  public var p50: TimeSpan
  /// Nine of ten took no longer.
  public var p90: TimeSpan
  /// How many runs it rests on.
  public var runs: Int

  /// Makes an estimate.
  public init(p50: TimeSpan, p90: TimeSpan, runs: Int) {
    self.p50 = p50
    self.p90 = p90
    self.runs = runs
  }
}

/// What the latest runs of one image by one user took, and what is made of it: one row of `runtimes`.
///
/// Those count that show how long the work takes: runs of jobs, of which the execution was confirmed, that ended by
/// themselves with success. One that failed, was stopped, preempted, killed or lost shows only when that befell it.
///
/// The estimate is made when there are five, and looked at again at every fifth run from then on. Its median is made anew
/// where it is off by more than a tenth, the cautious figure only where it is off by more than a quarter or below the median:
/// everything that waits is queued by that one, and has to be put in its place anew. A quantile is the smallest value that
/// enough of the runs do not exceed (the nearest rank).
public struct RuntimeHistory: Hashable, Sendable {
  /// Fewer runs than that are no ground for an estimate; after each so many more it is looked at again.
  public static let period = 5
  /// Older runs than the last so many are forgotten: what a job takes changes with its data.
  public static let kept = 20
  /// So many pairs of user and image are remembered; of more, those are forgotten of which no run has ended for the longest.
  public static let mostPairs = 4096

  /// Whose, of what.
  public let key: RuntimeKey
  /// How many were ever counted.
  public private(set) var count: Int
  /// What the latest took, in whole milliseconds, at least one; the oldest first.
  public private(set) var latest: [Int64]
  /// When the last of them ended.
  public private(set) var lastEnd: Instant
  /// What is expected; nil: there are too few runs.
  public private(set) var estimate: RuntimeEstimate?

  /// A history of no runs.
  public init(_ key: RuntimeKey) {
    self.key = key
    count = 0
    latest = []
    lastEnd = Instant(nanoseconds: 0)
  }

  /// A history as recorded; where it is recorded without an estimate, it is made of what there is.
  public init(_ key: RuntimeKey, count: Int, latest: [Int64], lastEnd: Instant, estimate: RuntimeEstimate?) {
    self.key = key
    self.count = count
    self.lastEnd = lastEnd
    self.latest = latest
    self.estimate = estimate ?? (latest.count < Self.period ? nil : Self.estimate(latest))
  }

  /// Counts a run; what it has changed of the estimate shows by comparing.
  public mutating func add(_ runtime: TimeSpan, endedAt end: Instant) {
    count += 1
    lastEnd = max(lastEnd, end)
    if latest.count >= Self.kept { latest.removeFirst(latest.count - Self.kept + 1) }
    latest.append(max(1, runtime.nanoseconds / 1_000_000))
    guard latest.count >= Self.period, count.isMultiple(of: Self.period) || estimate == nil else { return }
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

  /// Whether one is off the other by more than such a part of it.
  private static func differs(_ new: TimeSpan, _ old: TimeSpan, byOneIn part: UInt64) -> Bool {
    (new.nanoseconds - old.nanoseconds).magnitude > old.nanoseconds.magnitude / part
  }

  private static func estimate(_ latest: [Int64]) -> RuntimeEstimate {
    let sorted = latest.sorted()
    func quantile(_ tenths: Int) -> TimeSpan { .milliseconds(sorted[(sorted.count * tenths + 9) / 10 - 1]) }
    return RuntimeEstimate(p50: quantile(5), p90: quantile(9), runs: sorted.count)
  }
}
