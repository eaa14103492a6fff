import FleetModel
import Glibc

/// Whether anybody holds the lock of a recorded state.
public enum LockStanding: Sendable, Hashable {
  /// Nobody does; who did last.
  case free(last: LockHolder?)
  /// Somebody does, as far as they have said who they are.
  case held(LockHolder?)
}

extension StateStore {
  /// Whether another process that follows the state is there, as far as can be told from a machine: one that has the lock, or
  /// the last one that had it, where it ran on that machine and lives. A watch has the lock only during its passes.
  /// - Parameter last: who had it before the process that asks.
  public func isFollowed(last: LockHolder?, seenFrom host: String) throws(StateError) -> Bool {
    if let last, last.host == host, last.pid != getpid(), last.follows, kill(last.pid, 0) == 0 || errno == EPERM {
      return true
    }
    guard case .held(let holder?) = try lockStanding(seenFrom: host) else { return false }
    return holder.pid != getpid() && holder.follows
  }

  /// Looks at the lock without taking it, seen from a machine. Also for a state that was opened for reading.
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
  /// Whether it starts what waits.
  fileprivate var follows: Bool { command.hasPrefix("berth watch") || command.hasPrefix("berth apply") }
}
