/// Device, inode, size and times of a file, which tell without opening it whether it may have changed since it was read, as
/// in git's index. Writing to a file, truncating it or putting another in its place changes one of them at least; the time
/// of the change (ctime) can't be set.
public struct FileStamp: Sendable, Hashable {
  /// Number of the device.
  public var device: UInt64
  /// Number of the file on its device.
  public var inode: UInt64
  /// Size in bytes.
  public var size: Int64
  /// Time of the last change of the contents (mtime), which anybody may set; nanoseconds of the system's realtime clock.
  public var modified: Int64
  /// Time of the last change of anything (ctime); nanoseconds of the system's realtime clock.
  public var changed: Int64

  /// Makes a stamp.
  public init(device: UInt64, inode: UInt64, size: Int64, modified: Int64, changed: Int64) {
    self.device = device
    self.inode = inode
    self.size = size
    self.modified = modified
    self.changed = changed
  }

  /// Returns the stamp if it can be relied upon for a file that was read at `now`, in nanoseconds of the system's realtime
  /// clock.
  ///
  /// `nil` if the file changed so shortly before that a change right after may have the same time, because most filesystems
  /// count in ticks of up to ten milliseconds; or if its time is in whole seconds, as on filesystems that count in seconds
  /// and in images whose files all have a time that somebody set.
  public func settled(readAt now: Int64) -> FileStamp? {
    changed % 1_000_000_000 != 0 && changed + 50_000_000 < now ? self : nil
  }

  /// The stamp as the state stores it: five words of eight bytes, the lowest byte first.
  public var bytes: [UInt8] {
    [device, inode, UInt64(bitPattern: size), UInt64(bitPattern: modified), UInt64(bitPattern: changed)].flatMap {
      word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
  }

  /// Makes a stamp from the state's bytes; nil if there are not 40.
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

/// Digest of a file that was read once, and the stamp by which it is known to be unchanged.
public struct KnownFile: Sendable, Hashable {
  /// The stamp at the time of reading.
  public var stamp: FileStamp
  /// SHA-256 of the file's bytes.
  public var digest: [UInt8]
  /// Makes a known file.
  public init(stamp: FileStamp, digest: [UInt8]) {
    self.stamp = stamp
    self.digest = digest
  }
}
