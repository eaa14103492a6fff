import Diagnostics
import FleetModel
import Glibc
import SystemCalls
import SystemPackage

/// The reading of a whole source, one input after the other. It stops at every directory that it has opened, so that the caller
/// can watch the directory before anything in it is looked at.
struct SourceWalk {
  /// The files and problems of the inputs that have been read.
  private(set) var reading: ManifestReading
  /// Whether the walk has met a symbolic link to follow.
  private(set) var followsLinks = false
  private let before: FormerLook?
  /// Inputs that have not been read, the next one last.
  private var inputs: [ManifestInput]
  private var walk: ManifestWalk?
  /// Files and directories that have been read.
  private var seen: Set<FileIdentity> = []

  /// Prepares the reading of inputs.
  ///
  /// - Parameter before: knowledge from an earlier look; `nil`: every file is read.
  /// - Throws: `ManifestSourceError` when the only input is a directory whose path can't be resolved.
  init(_ inputs: [ManifestInput], before: FormerLook? = nil) throws(ManifestSourceError) {
    self.inputs = inputs.reversed()
    self.before = before
    reading = ManifestReading(base: ManifestPath.resolved(".") ?? "/")
    if inputs.count == 1, case .path(let path) = inputs[0], SystemCall.isDirectory(path) {
      guard let binding = ManifestPath.resolved(path) else {
        throw .unreadable(path: path, reason: Errno(rawValue: errno).description)
      }
      reading.binding = binding
      reading.base = binding
    }
  }

  /// Reads on until the next directory has been opened, and returns it before anything in it is looked at; `nil` at the end.
  mutating func nextDirectory() throws(ManifestSourceError) -> OpenDirectory? {
    while true {
      if let directory = try walk?.nextDirectory() {
        followsLinks = followsLinks || walk?.followsLinks == true
        return directory
      }
      endWalk()
      guard let input = inputs.popLast() else { return nil }
      switch input {
      case .standardInput(let bytes):
        if bytes.count > ManifestLimits.fileSize {
          reading.problems.append(.tooLarge("<stdin>"))
        } else {
          reading.files.append(ManifestFile(displayPath: "<stdin>", relativePath: "<stdin>", bytes: bytes))
        }
      case .path(let path):
        walk = ManifestWalk(try WalkRoot(path: path, base: reading.base), seen: seen, before: before)
      }
    }
  }

  private mutating func endWalk() {
    guard let ended = walk else { return }
    walk = nil
    seen = ended.collector.seen
    reading.files += ended.collector.sortedFiles
    reading.problems += ended.collector.sortedProblems
  }
}
