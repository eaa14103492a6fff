import Dispatch
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
    var looks = [Result<FileLook, SystemFailure>](
      repeating: .failure(SystemFailure("open", nil, .noSuchFileOrDirectory)), count: names.count)
    looks.withUnsafeMutableBufferPointer { looks in
      // Safe: every iteration writes its own element and no other, and all have ended when concurrentPerform returns.
      nonisolated(unsafe) let slots = looks
      DispatchQueue.concurrentPerform(iterations: names.count) { index in
        do throws(SystemFailure) {
          slots[index] = .success(try FileLook(names[index], in: directory))
        } catch {
          slots[index] = .failure(error)
        }
      }
    }
    return looks
  }
}
