/// What tells, without opening a file, whether it may have changed since it was read: as git's index has it. Whoever writes
/// to a file, cuts it short or puts another in its place changes one of these at least; the time of the change can't be set.
public struct FileStamp: Sendable, Hashable {
  /// Number of the device.
  public var device: UInt64
  /// Number of the file on its device.
  public var inode: UInt64
  /// In bytes.
  public var size: Int64
  /// When the contents changed, as far as anybody says; nanoseconds of the system's realtime clock.
  public var modified: Int64
  /// When anything of it changed; nanoseconds of the system's realtime clock.
  public var changed: Int64

  /// Makes a stamp.
  public init(device: UInt64, inode: UInt64, size: Int64, modified: Int64, changed: Int64) {
    self.device = device
    self.inode = inode
    self.size = size
    self.modified = modified
    self.changed = changed
  }

  /// The stamp of a file that was read at a time, in nanoseconds of the system's realtime clock, if it can be relied upon; nil:
  /// the file changed so shortly before that a change right after may bear the same time, for most filesystems count in ticks
  /// of up to ten milliseconds; or its time is of whole seconds, as of those that count in seconds, and of images whose files
  /// all bear a time that somebody has set.
  public func settled(readAt now: Int64) -> FileStamp? {
    changed % 1_000_000_000 != 0 && changed + 50_000_000 < now ? self : nil
  }

  /// As the state holds it: five words of eight bytes, the lowest byte first.
  public var bytes: [UInt8] {
    [device, inode, UInt64(bitPattern: size), UInt64(bitPattern: modified), UInt64(bitPattern: changed)].flatMap {
      word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
  }

  /// From what the state holds; nil: it holds none.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 40 else { return nil }
    func word(_ index: Int) -> UInt64 {
      (0..<8).reduce(0) { $0 | UInt64(bytes[8 * index + $1]) << UInt64(8 * $1) }
    }
    self.init(
      device: word(0), inode: word(1), size: Int64(bitPattern: word(2)), modified: Int64(bitPattern: word(3)),
      changed: Int64(bitPattern: word(4)))
  }
}

/// A file as it was read once: what its bytes were, and by what it is known that they are still the same.
public struct KnownFile: Sendable, Hashable {
  /// By which it is known without being opened.
  public var stamp: FileStamp
  /// SHA-256 of its bytes.
  public var digest: [UInt8]
  /// Makes one.
  public init(stamp: FileStamp, digest: [UInt8]) {
    self.stamp = stamp
    self.digest = digest
  }
}
