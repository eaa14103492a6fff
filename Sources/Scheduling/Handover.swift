import FleetModel

/// Claimed room that goes over to those for whom it is claimed, once the runs that are awaited are gone.
public struct Handover: Sendable {
  /// The time at which it is expected.
  public var at: Instant
  /// Room that is kept until then, beside what the awaited runs hold.
  public var kept: Resources
  /// GPUs that are kept until then.
  public var keptGPUs: [GPUShare]
  /// The runs that are gone then, whatever else is expected of them.
  public var ended: [RunID]
  /// The holdings of those that begin then.
  public var begun: [Holding]

  /// Creates a handover.
  public init(at: Instant, kept: Resources, keptGPUs: [GPUShare], ended: [RunID], begun: [Holding]) {
    self.at = at
    self.kept = kept
    self.keptGPUs = keptGPUs
    self.ended = ended
    self.begun = begun
  }
}
