import FleetModel
import Glibc
import Synchronization
import SystemCalls
import SystemPackage

/// The lock that admits one writer at a time: an open-file-description lock on the file beside the database.
///
/// The system releases it when its holder closes the file or dies, however it dies. Two locks also conflict within one
/// process. The file stays when the lock is released: if it were deleted, two processes could each hold a lock on a
/// file of its own.
public final class StateLock: Sendable {
  private let store: StateStore
  /// The open file while the lock is held.
  private let held = Mutex<OpenedFile?>(nil)

  /// Creates the lock of a recorded state, not taken yet.
  public init(_ store: StateStore) { self.store = store }

  deinit { release() }

  /// Whether this object holds the lock.
  public var isHeld: Bool { held.withLock { $0 != nil } }

  /// Whether another holds the lock.
  ///
  /// - Throws: `StateError.system`.
  public var isHeldByAnother: Bool {
    get throws(StateError) {
      if isHeld { return false }
      do throws(SystemFailure) { return try Self.isHeld(store.location.lock) } catch { throw .system(error) }
    }
  }

  /// Whether another process waits for the lock that this object holds; a waiter tries again every 25 milliseconds.
  public var isAwaited: Bool {
    held.withLock { file in
      guard let descriptor = file?.descriptor.rawValue else { return false }
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
    let mark = waitingMark()
    defer { withExtendedLifetime(mark) {} }
    while true {
      let left = deadline - clock.now
      guard left > .zero else { throw StateError.locked(try store.busyHolder(seenFrom: holder.host)) }
      try await Task.sleep(for: min(left, .milliseconds(25)), clock: clock)
      if try tryAcquire(as: holder) { return }
    }
  }

  /// Opens the lock's file with the lock that tells the holder that somebody waits. `nil` if that fails: to wait
  /// without being seen is to wait longer, and nothing worse.
  private func waitingMark() -> OpenedFile? {
    do throws(SystemFailure) {
      let file = try OpenedFile(store.location.lock, .readOnly, options: .noFollow)
      var range = Self.range(F_RDLCK, of: .waiting)
      try SystemCall.check("fcntl", file.path) {
        fcntl(file.descriptor.rawValue, Self.setOpenFileDescriptionLock, &range)
      }
      return file
    } catch {
      return nil
    }
  }

  /// Takes the lock unless another holds it.
  ///
  /// - Returns: false if another holds it.
  public func tryAcquire(as holder: LockHolder) throws(StateError) -> Bool {
    guard store.mode != .readOnly else { throw .misuse("a lock of a state that was opened for reading") }
    guard !isHeld else { throw .misuse("the lock is held already") }
    var file: OpenedFile?
    do throws(SystemFailure) {
      file = try Self.lockedFile(store.location.lock)
    } catch {
      throw .system(error)
    }
    if file == nil { return false }
    try store.checkFile()
    try store.describe(holder)
    held.withLock { $0 = file.take() }
    return true
  }

  /// Opens the lock's file and locks it; `nil` if another holds the lock.
  private static func lockedFile(_ path: String) throws(SystemFailure) -> OpenedFile? {
    while true {
      guard let file = try lockedOnce(path) else { return nil }
      // A file that was deleted before it was locked excludes nobody who opens the path.
      if try FileNumber(at: path) == FileNumber(file.status()) { return file }
    }
  }

  private static func lockedOnce(_ path: String) throws(SystemFailure) -> OpenedFile? {
    let file = try OpenedFile(path, .readWrite, options: [.create, .noFollow], permissions: .ownerReadWrite)
    var range = Self.range(F_WRLCK, of: .holding)
    do throws(SystemFailure) {
      try SystemCall.check("fcntl", path) {
        fcntl(file.descriptor.rawValue, setOpenFileDescriptionLock, &range)
      }
    } catch {
      if error.code == .resourceTemporarilyUnavailable || error.code == .permissionDenied { return nil }
      throw error
    }
    return file
  }

  /// Releases the lock; does nothing if it is not held.
  public func release() {
    held.withLock { file in
      if let descriptor = file?.descriptor.rawValue {
        // Unlocked explicitly, before the file is closed: a child that is just being spawned shares the open file until it
        // executes, and would keep the lock for as long.
        var range = Self.range(F_UNLCK, of: .holding)
        _ = fcntl(descriptor, Self.setOpenFileDescriptionLock, &range)
      }
      file = nil
    }
  }

  /// Whether any process holds the lock of a file, which need not exist.
  static func isHeld(_ path: String) throws(SystemFailure) -> Bool {
    guard let file = try OpenedFile.ifThere(path, .readOnly, options: .noFollow) else { return false }
    var range = Self.range(F_WRLCK, of: .holding)
    try SystemCall.check("fcntl", path) { fcntl(file.descriptor.rawValue, getOpenFileDescriptionLock, &range) }
    return range.l_type != Int16(F_UNLCK)
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
