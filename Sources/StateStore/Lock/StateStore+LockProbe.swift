import FleetModel
import Glibc
import SystemCalls

/// State of the lock of a recorded state.
public enum LockState: Sendable, Hashable {
  /// Nobody holds it; with the last holder.
  case free(last: LockHolder?)
  /// A process holds it; with its description if it has written one.
  case held(LockHolder?)
}

extension StateStore {
  /// Whether another process follows the state, as far as one machine can tell: a process that holds the lock, or the
  /// last holder if it ran on that machine and still lives. A watch holds the lock only during its passes.
  /// - Parameter last: the holder before the process that asks.
  public func isFollowed(last: LockHolder?, seenFrom host: String) throws(StateError) -> Bool {
    if let last, last.host == host, last.pid != getpid(), last.follows, kill(last.pid, 0) == 0 || errno == EPERM {
      return true
    }
    guard case .held(let holder?) = try lockState(seenFrom: host) else { return false }
    return holder.pid != getpid() && holder.follows
  }

  /// Reads the state of the lock without taking it, as seen from a machine. Works for a state that was opened for
  /// reading.
  public func lockState(seenFrom host: String) throws(StateError) -> LockState {
    let isHeld: Bool
    do throws(SystemFailure) {
      isHeld = try StateLock.isHeld(location.lock)
    } catch {
      throw .system(error)
    }
    return isHeld ? .held(try busyHolder(seenFrom: host)) : .free(last: try lastLockHolder())
  }
}

extension LockHolder {
  /// Whether it starts deployments that wait.
  fileprivate var follows: Bool { command.hasPrefix("berth watch") || command.hasPrefix("berth apply") }
}
