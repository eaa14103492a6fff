/// Comparison of the starts that were predicted of jobs at their submission with when they started. Only jobs that had to wait
/// count.
public struct ForecastAccuracy: Sendable, Hashable {
  /// Number of jobs that were predicted and had to wait.
  public var compared: Int
  /// Number of them whose start was predicted as unknown.
  public var unknown: Int
  /// Median of the errors of the others, each as a share of the wait.
  public var p50: Double
  /// 90th percentile of these shares.
  public var p90: Double
  /// Sum of the errors as a share of all waits; positive if jobs start earlier than predicted.
  public var bias: Double
  /// Number of jobs that were promised a start by some time.
  public var promises: Int
  /// Number of them that did not start by then, or to which a later time was promised without anything else being submitted.
  public var broken: Int

  /// Creates a comparison.
  public init(compared: Int, unknown: Int, p50: Double, p90: Double, bias: Double, promises: Int, broken: Int) {
    self.compared = compared
    self.unknown = unknown
    self.p50 = p50
    self.p90 = p90
    self.bias = bias
    self.promises = promises
    self.broken = broken
  }
}
