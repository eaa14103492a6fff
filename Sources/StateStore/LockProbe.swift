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
  /// Looks at the lock without taking it, seen from a machine. Also for a state that was opened for reading.
  public func lockStanding(seenFrom host: String) throws(StateError) -> LockStanding {
    let path = location.lock
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    if descriptor < 0, errno == ENOENT { return .free(last: try lastLockHolder()) }
    guard descriptor >= 0 else { throw .system(call: "open", path: path, errno: errno) }
    defer { Glibc.close(descriptor) }
    var whole = flock()
    whole.l_type = Int16(F_WRLCK)
    whole.l_whence = Int16(SEEK_SET)
    guard fcntl(descriptor, Self.getOpenFileDescriptionLock, &whole) == 0 else {
      throw .system(call: "fcntl", path: path, errno: errno)
    }
    if whole.l_type == Int16(F_UNLCK) { return .free(last: try lastLockHolder()) }
    return .held(try busyHolder(seenFrom: host))
  }

  /// F_OFD_GETLK of fcntl(2), which the C library only declares on request.
  private static let getOpenFileDescriptionLock: Int32 = 36
}
