import EngineInterface
import FleetCore
import FleetModel

/// A message to the loop from outside.
enum Message: Sendable {
  case callFinished(RunName, CallResult)
  /// A whole look at an engine, as of a step of the fleet.
  case looked(EngineSpec, EngineSnapshot, asOf: Int)
  /// Changes that an engine reported.
  case changed(EngineSpec, [RunName: RunObservation])
  /// An engine did not answer; the reason, and whether the sender looks again by itself.
  case silent(EngineSpec, String, isRetried: Bool)
  /// The fleet's timer is due.
  case timer
  /// Time to check for commits of other processes, while the lock is not held.
  case tick
  /// Something in the watched directories may have changed, and whether that was a while ago.
  case manifestsChanged(isQuiet: Bool)
  /// The lock was left to others for a moment; deferred calls are due.
  case resume
  /// Time to look at everything again, or a request to.
  case resync
  /// An engine is to be looked at again: a run whose state it could not tell is seen otherwise, or may be, or a look failed.
  case lookDue(EngineSpec)
  case deadline
  case cancelled
}
