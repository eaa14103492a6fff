import FleetCore
import FleetModel

/// A future event of a world. Events of one instant come in the order of scheduling.
struct WorldEvent: Comparable {
  enum Happening {
    case operation(Int)
    /// Failures stop.
    case calm
    case wake(epoch: Int)
    /// The effect of a call happens at the engine.
    case land(Int)
    case reply(epoch: Int, RunName, CallResult)
    /// A round of observations, which schedules the next one.
    case looks(epoch: Int)
    case lookBegins(epoch: Int, [ClusterID])
    case lookTaken(epoch: Int, [ClusterID], asOf: Int)
    case lookDelivered(epoch: Int, [ClusterID: ClusterObservation])
    /// A report of changes by an engine.
    case feed(epoch: Int, ClusterID, [RunName: RunObservation])
    /// A queued run begins to execute.
    case engineStarts(ClusterID, RunName, plan: Int)
    case engineEnds(ClusterID, RunName, RunOutcome, plan: Int)
    case outageEnds(ClusterID)
    /// The first event after a crash: the declarations are compared with the loaded state.
    case restart(epoch: Int)
  }

  var at: Instant
  var sequence: Int
  var happening: Happening

  static func < (left: WorldEvent, right: WorldEvent) -> Bool {
    (left.at, left.sequence) < (right.at, right.sequence)
  }
  static func == (left: WorldEvent, right: WorldEvent) -> Bool { left.sequence == right.sequence }
}

/// A call to an engine that is under way.
struct WorldCall {
  enum Fate: String {
    case succeeds
    /// The effect does not happen, and the call fails.
    case failsBefore
    /// The effect happens, and the call fails all the same.
    case failsAfter
    /// The effect happens, and no answer ever comes.
    case hangs
    /// The call fails for good.
    case terminal
    case secretMissing
  }
  var kind: Call
  var name: RunName
  var cluster: ClusterID
  var epoch: Int
  var grace: TimeSpan = .zero
  var fate = Fate.succeeds
  var hasLanded = false

  init(_ kind: Call, _ name: RunName, on cluster: ClusterID, epoch: Int) {
    self.kind = kind
    self.name = name
    self.cluster = cluster
    self.epoch = epoch
  }
}

/// The outcome of a world whose invariants held.
public struct WorldOutcome: Sendable {
  /// The seed of the world.
  public var seed: UInt64
  /// The digest of the trace; equal for equal seeds.
  public var digest: UInt64
  /// Number of lines of the trace.
  public var lines: Int
  /// Number of committed transactions.
  public var commits: Int
}

/// An invariant that did not hold.
public struct WorldViolation: Error, Sendable, CustomStringConvertible {
  /// The seed that shows it.
  public var seed: UInt64
  /// The invariant, in a few words.
  public var invariant: String
  /// The finding that contradicts it.
  public var detail: String
  /// The last lines of the trace before it.
  public var tail: [String]
  /// The history that shows it, after shrinking.
  public var history: [String] = []

  /// The complete report.
  public var description: String {
    "seed \(seed): \(invariant): \(detail)\nhistory:\n\(history.joined(separator: "\n"))\ntrace:\n"
      + tail.joined(separator: "\n")
  }
}
