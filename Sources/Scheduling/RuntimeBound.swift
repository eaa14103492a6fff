import FleetModel

/// How long a run may take, as far as one can know beforehand.
public struct RuntimeBound: Sendable, Hashable {
  /// It does not take longer: it would be stopped. Nil: nothing bounds it.
  public var promised: TimeSpan?
  /// What it is expected to take, which may be wrong; the bound where there is one. Nil: nobody knows, or it never ends.
  public var expected: TimeSpan?

  /// What it takes in nine of ten cases, where that is known by earlier runs; nil: `expected` is all that is known.
  public var cautious: TimeSpan?

  /// Nothing is known.
  public static let unknown = RuntimeBound(promised: nil, expected: nil)

  /// Makes a bound; what is promised is also what is expected.
  public init(promised: TimeSpan?, expected: TimeSpan?, cautious: TimeSpan? = nil) {
    self.promised = promised
    self.expected = promised ?? expected
    self.cautious = promised == nil ? cautious : nil
  }

  /// What an admission that is to delay no other is judged by: of what is only expected, the cautious figure.
  public var forAdmission: RuntimeBound { RuntimeBound(promised: promised, expected: cautious ?? expected) }
}

/// When something comes about.
public struct PredictedTime: Sendable, Hashable {
  /// When.
  public var at: Instant
  /// It comes no later: `maxRuntime` bounds all that it rests on. Else estimates do, which may be wrong.
  public var isPromised: Bool

  /// Makes a time.
  public init(at: Instant, isPromised: Bool) {
    self.at = at
    self.isPromised = isPromised
  }
}
