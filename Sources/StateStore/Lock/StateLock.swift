import FleetModel
import Glibc
import Synchronization

/// The lock that admits one writer at a time: an open-file-description lock on the file beside the database.
///
/// The system releases it when its holder closes the file or dies, however it dies. Two locks also conflict within one
/// process. The file stays when the lock is released: if it were deleted, two processes could each hold a lock on a
/// file of its own.
public final class StateLock: Sendable {
  private let store: StateStore
  /// The open file while the lock is held.
  private let held = Mutex<Int32?>(nil)

  /// Creates the lock of a recorded state, not taken yet.
  public init(_ store: StateStore) { self.store = store }

  deinit { release() }

  /// Whether this object holds the lock.
  public var isHeld: Bool { held.withLock { $0 != nil } }

  /// Whether another process waits for the lock that this object holds; a waiter tries again every 25 milliseconds.
  public var isAwaited: Bool {
    held.withLock { descriptor in
      guard let descriptor else { return false }
      var range = Self.range(F_WRLCK, of: .waiting)
      return fcntl(descriptor, Self.getOpenFileDescriptionLock, &range) == 0 && range.l_type != Int16(F_UNLCK)
    }
  }

  /// Takes the lock, waiting for its holder, and describes the new holder in the database for others to name.
  ///
  /// - Parameter timeout: how long to wait; zero: one attempt.
  /// - Throws: `StateError.locked` with the holder when the time is over; the errors of writing the holder's row; and
  ///   `CancellationError` when the task is cancelled while it waits.
  public func acquire(as holder: LockHolder, timeout: TimeSpan = .zero) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now.advanced(by: .nanoseconds(timeout.nanoseconds))
    if try tryAcquire(as: holder) { return }
    // A holder that keeps the lock for long sees that somebody waits, and lets others go first now and then.
    let queue = open(store.location.lock, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    defer { if queue >= 0 { close(queue) } }
    var range = Self.range(F_RDLCK, of: .waiting)
    // To wait without being seen is to wait longer, and nothing worse.
    if queue >= 0 { _ = fcntl(queue, Self.setOpenFileDescriptionLock, &range) }
    while true {
      let left = deadline - clock.now
      guard left > .zero else { throw StateError.locked(try store.busyHolder(seenFrom: holder.host)) }
      try await Task.sleep(for: min(left, .milliseconds(25)), clock: clock)
      if try tryAcquire(as: holder) { return }
    }
  }

  /// Takes the lock unless another holds it.
  ///
  /// - Returns: false if another holds it.
  public func tryAcquire(as holder: LockHolder) throws(StateError) -> Bool {
    guard store.mode != .readOnly else { throw .misuse("a lock of a state that was opened for reading") }
    guard !isHeld else { throw .misuse("the lock is held already") }
    let path = store.location.lock
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .system(call: "open", path: path, errno: errno) }
    var range = Self.range(F_WRLCK, of: .holding)
    while fcntl(descriptor, Self.setOpenFileDescriptionLock, &range) != 0 {
      let reason = errno
      if reason == EINTR { continue }
      close(descriptor)
      if reason == EAGAIN || reason == EACCES { return false }
      throw .system(call: "fcntl", path: path, errno: reason)
    }
    do {
      try store.describe(holder)
    } catch {
      close(descriptor)
      throw error
    }
    held.withLock { $0 = descriptor }
    return true
  }

  /// Releases the lock; does nothing if it is not held.
  public func release() {
    held.withLock { descriptor in
      if let open = descriptor {
        // Unlocked by name first: a child that is just being spawned shares the open file until its exec, and would keep
        // the lock for as long.
        var range = Self.range(F_UNLCK, of: .holding)
        _ = fcntl(open, Self.setOpenFileDescriptionLock, &range)
        close(open)
      }
      descriptor = nil
    }
  }

  /// Meaning of the bytes of the file; none of them needs to exist.
  enum Part: Int {
    case holding
    case waiting
  }

  static func range(_ type: Int32, of part: Part) -> flock {
    var range = flock()
    range.l_type = Int16(type)
    range.l_whence = Int16(SEEK_SET)
    range.l_start = off_t(part.rawValue)
    range.l_len = 1
    return range
  }

  /// F_OFD_GETLK of fcntl(2), which the C library only declares on request.
  static let getOpenFileDescriptionLock: Int32 = 36
  /// F_OFD_SETLK of fcntl(2), which the C library only declares on request.
  private static let setOpenFileDescriptionLock: Int32 = 37
}
