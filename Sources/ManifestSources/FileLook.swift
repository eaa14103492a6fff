import ConcurrentMap
import FleetModel
import SystemCalls

/// Result of opening one name, and of reading it if it is a file.
struct FileLook: Sendable {
  var kind: EntryKind
  var identity: FileIdentity
  /// Stamp by which a later look recognizes the file as unchanged; `nil`: it must be read again.
  var stamp: FileStamp?
  /// The contents; `nil` if it is no file, or exceeds the limit.
  var bytes: [UInt8]?

  /// Opens a name in a directory. A link is refused.
  init(_ name: String, in directory: OpenDirectory) throws(SystemFailure) {
    let now = FileStamp.now
    let file = try directory.openFile(name)
    kind = file.kind
    identity = file.identity
    stamp = file.stamp.settled(readAt: now)
    if case .file = kind { bytes = try file.contents(limit: ManifestLimits.fileSize) }
  }

  /// Smallest number of names that is worth a second thread.
  private static let fewest = 16

  /// Looks at names of a directory on all cores. Returns the results in the order of the names, or nothing if they are few.
  static func ahead(_ names: [String], in directory: OpenDirectory) -> [Result<FileLook, SystemFailure>] {
    if names.count < fewest { return [] }
    return [Result<FileLook, SystemFailure>](concurrently: names.count) { index in
      Result { () throws(SystemFailure) in try FileLook(names[index], in: directory) }
    }
  }
}
