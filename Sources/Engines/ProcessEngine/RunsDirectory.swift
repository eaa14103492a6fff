import FleetModel
import Glibc
import SystemCalls
import SystemPackage

/// The directory of runs, open. Everything in it is opened by descriptors of its parents and never through a link, because
/// jobs can write there, and other accounts may.
struct RunsDirectory: ~Copyable, Sendable {
  /// Directory of markers: an `exit` is linked there under the name of its run.
  static let markers = ".ended"
  /// Prefix of a directory that is being removed, by which a later call finishes an interrupted removal.
  static let removed = ".removed-"
  /// Prefix of a directory that was put aside.
  static let aside = ".aside-"

  /// The open directory.
  let file: OpenedFile

  /// Opens the directory of runs. A link in its place is refused.
  ///
  /// - Returns: `nil` if there is none.
  static func ifThere(_ path: String) throws(RunTrouble) -> RunsDirectory? {
    try troubling { () throws(SystemFailure) in
      guard let file = try OpenedFile.ifThere(path, .readOnly, options: [.directory, .noFollow]) else { return nil }
      return RunsDirectory(file: file)
    }
  }

  /// Opens the directory of runs, and makes it and the directory of markers if they are missing.
  static func making(_ path: String) throws(RunTrouble) -> RunsDirectory {
    try troubling { () throws(SystemFailure) in
      if mkdir(path, 0o700) != 0, errno == ENOENT {
        try SystemCall.makeDirectories(path, permissions: .ownerReadWriteExecute)
      }
      let file = try OpenedFile(path, .readOnly, options: [.directory, .noFollow])
      let runs = RunsDirectory(file: file)
      try makeMarkers(in: runs)
      return runs
    }
  }

  /// Makes the directory of markers. Something else of its name is moved out of the way.
  private static func makeMarkers(in runs: borrowing RunsDirectory) throws(SystemFailure) {
    let (descriptor, path) = (runs.descriptor, "\(runs.file.path)/\(markers)")
    if mkdirat(descriptor, markers, 0o700) == 0 { return }
    var status = stat()
    if errno == EEXIST, fstatat(descriptor, markers, &status, AT_SYMLINK_NOFOLLOW) == 0,
      status.st_mode & S_IFMT != S_IFDIR
    {
      let odd = RunFiles.uniqueName("\(aside)ended")
      try SystemCall.check("rename", path) { renameat(descriptor, markers, descriptor, odd) }
    }
    try RunFiles.makeIfMissing("mkdir", path) { mkdirat(descriptor, markers, 0o700) }
  }

  /// The descriptor of the directory.
  var descriptor: Int32 { file.descriptor.rawValue }

  /// Opens the directory of a run.
  ///
  /// - Returns: `nil` if there is none, or if no run can have the name.
  func run(_ name: RunName) throws(RunTrouble) -> RunDirectory? {
    if name.text.isEmpty || name.text.hasPrefix(".") || name.text.contains("/") { return nil }
    do throws(SystemFailure) {
      guard let opened = try OpenedFile.ifThere(name.text, in: file, .readOnly, options: .directory) else { return nil }
      return RunDirectory(name: name, file: opened)
    } catch {
      switch error.code {
      case .notDirectory: throw .odd("\(file.path)/\(name.text) is not a directory")
      case .tooManySymbolicLinkLevels: throw .odd("\(file.path)/\(name.text) is a link")
      default: throw .failed(error)
      }
    }
  }

  /// Opens the directory of a run, and makes it if it is missing.
  func making(_ name: RunName) throws(RunTrouble) -> RunDirectory {
    try troubling { () throws(SystemFailure) in
      try RunFiles.makeIfMissing("mkdir", "\(file.path)/\(name.text)") { mkdirat(descriptor, name.text, 0o700) }
    }
    guard let run = try run(name) else {
      throw .failed(SystemFailure("open", "\(file.path)/\(name.text)", .noSuchFileOrDirectory))
    }
    return run
  }

  /// Returns the names in the directory, sorted.
  func entries() throws(RunTrouble) -> [String] {
    try troubling { () throws(SystemFailure) in try file.names() }
  }
}
