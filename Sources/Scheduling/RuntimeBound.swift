import FleetModel

/// Bounds and estimates of a run's runtime, known beforehand.
public struct RuntimeBound: Sendable, Hashable {
  /// An upper bound, at which the run is stopped; `nil` if unbounded.
  public var promised: TimeSpan?
  /// The expected runtime, which may be wrong; equal to the bound if there is one. `nil` if unknown or endless.
  public var expected: TimeSpan?

  /// The runtime that nine of ten earlier runs did not exceed; `nil` if only `expected` is known.
  public var cautious: TimeSpan?

  /// A runtime of which nothing is known.
  public static let unknown = RuntimeBound(promised: nil, expected: nil)

  /// Creates a bound; a promised runtime is also the expected one.
  public init(promised: TimeSpan?, expected: TimeSpan?, cautious: TimeSpan? = nil) {
    self.promised = promised
    self.expected = promised ?? expected
    self.cautious = promised == nil ? cautious : nil
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
