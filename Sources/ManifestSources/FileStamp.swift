import Glibc

/// What tells, without opening a file, whether it may have changed since it was read: as git's index has it. Whoever writes
/// to a file, cuts it short or puts another in its place changes one of these at least; the time of the change can't be set.
public struct FileStamp: Sendable, Hashable {
  private var device: UInt64
  private var inode: UInt64
  private var size: Int64
  private var modified: Int64
  private var changed: Int64

  init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int64(status.st_size)
    modified = FileStamp.nanoseconds(status.st_mtim)
    changed = FileStamp.nanoseconds(status.st_ctim)
  }

  /// The stamp of a file that was read at a time, in nanoseconds of the system's realtime clock, if it can be relied upon; nil:
  /// the file changed so shortly before that a change right after may bear the same time, for filesystems count in ticks of
  /// up to ten milliseconds.
  func settled(readAt now: Int64) -> FileStamp? { changed + 50_000_000 < now ? self : nil }

  static func nanoseconds(_ time: timespec) -> Int64 { Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec) }

  /// Now, by the clock that filesystems use.
  static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return nanoseconds(time)
  }
}
