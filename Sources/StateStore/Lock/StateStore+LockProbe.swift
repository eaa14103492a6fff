import FleetModel
import Glibc

/// State of the lock of a recorded state.
public enum LockStanding: Sendable, Hashable {
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
    guard case .held(let holder?) = try lockStanding(seenFrom: host) else { return false }
    return holder.pid != getpid() && holder.follows
  }

  /// Reads the state of the lock without taking it, as seen from a machine. Works for a state that was opened for
  /// reading.
  public func lockStanding(seenFrom host: String) throws(StateError) -> LockStanding {
    let path = location.lock
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    if descriptor < 0, errno == ENOENT { return .free(last: try lastLockHolder()) }
    guard descriptor >= 0 else { throw .system(call: "open", path: path, errno: errno) }
    defer { Glibc.close(descriptor) }
    var range = StateLock.range(F_WRLCK, of: .holding)
    guard fcntl(descriptor, StateLock.getOpenFileDescriptionLock, &range) == 0 else {
      throw .system(call: "fcntl", path: path, errno: errno)
    }
    if range.l_type == Int16(F_UNLCK) { return .free(last: try lastLockHolder()) }
    return .held(try busyHolder(seenFrom: host))
  }
}

extension LockHolder {
  /// Whether it starts deployments that wait.
  fileprivate var follows: Bool { command.hasPrefix("berth watch") || command.hasPrefix("berth apply") }
}
