import FleetCore
import FleetModel

/// Something that is to happen in a world, in the order of time and, at one time, of scheduling.
struct WorldEvent: Comparable {
  enum Happening {
    case operation(Int)
    /// Failures stop.
    case calm
    case wake(epoch: Int)
    /// The effect of a call takes place at the engine.
    case land(Int)
    case reply(epoch: Int, RunName, CallResult)
    /// A round of looks, which schedules the next one.
    case looks(epoch: Int)
    case lookBegins(epoch: Int, [ClusterID])
    case lookTaken(epoch: Int, [ClusterID], asOf: Int)
    case lookDelivered(epoch: Int, [ClusterID: ClusterObservation])
    /// An engine tells of a change.
    case feed(epoch: Int, ClusterID, [RunName: RunObservation])
    /// A queued run begins to execute.
    case engineStarts(ClusterID, RunName, plan: Int)
    case engineEnds(ClusterID, RunName, RunOutcome, plan: Int)
    case outageEnds(ClusterID)
    /// The first thing after a crash: what is declared is held against what was loaded.
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

/// A call to an engine on its way.
struct WorldCall {
  enum Fate: String {
    case succeeds
    /// The effect does not take place, and the call fails.
    case failsBefore
    /// The effect takes place, and the call fails all the same.
    case failsAfter
    /// Takes place, and no answer ever comes.
    case hangs
    /// Will never succeed.
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

/// What became of a world that held.
public struct WorldOutcome: Sendable {
  /// Its seed.
  public var seed: UInt64
  /// Of all that happened; equal for equal seeds.
  public var digest: UInt64
  /// How many lines the trace has.
  public var lines: Int
  /// How many transactions were committed.
  public var commits: Int
}

/// An invariant that did not hold.
public struct WorldViolation: Error, Sendable, CustomStringConvertible {
  /// The seed that shows it.
  public var seed: UInt64
  /// Which invariant, in a few words.
  public var invariant: String
  /// What was found instead.
  public var detail: String
  /// What happened before it.
  public var tail: [String]
  /// The history that shows it, after shrinking.
  public var history: [String] = []

  /// All of it.
  public var description: String {
    "seed \(seed): \(invariant): \(detail)\nhistory:\n\(history.joined(separator: "\n"))\ntrace:\n"
      + tail.joined(separator: "\n")
  }
}
