import FleetModel

/// Knowledge of a run's runtime beforehand: its bound, and the expectations.
public struct RuntimeBound: Sendable, Hashable {
  /// An upper bound, at which the run is stopped; `nil` if unbounded.
  public let promised: TimeSpan?
  /// The expected runtime, which may be wrong, and is no longer than the bound. `nil` if unknown or endless.
  public let expected: TimeSpan?
  /// The runtime that nine of ten earlier runs did not exceed, no longer than the bound; `nil` if only `expected` is known.
  public let cautious: TimeSpan?

  /// A runtime of which nothing is known.
  public static let unknown = RuntimeBound(promised: nil, expected: nil)

  /// Creates a bound with expectations; where nothing is expected, the run is expected to last until its bound.
  public init(promised: TimeSpan?, expected: TimeSpan?, cautious: TimeSpan? = nil) {
    func bounded(_ span: TimeSpan) -> TimeSpan { promised.map { min(span, $0) } ?? span }
    self.promised = promised
    self.expected = expected.map(bounded) ?? promised
    self.cautious = cautious.map(bounded)
  }

  /// The bound by which an admission that must not delay others is judged: with the cautious figure in place of the
  /// expected one.
  public var forAdmission: RuntimeBound { RuntimeBound(promised: promised, expected: cautious ?? expected) }
}

/// A predicted time of an event.
public struct PredictedTime: Sendable, Hashable {
  /// The predicted time.
  public var at: Instant
  /// Whether the event comes no later, because it rests only on bounds by `maxRuntime`. Otherwise it rests on
  /// estimates, which may be wrong.
  public var isPromised: Bool

  /// Creates a prediction.
  public init(at: Instant, isPromised: Bool) {
    self.at = at
    self.isPromised = isPromised
  }
}
