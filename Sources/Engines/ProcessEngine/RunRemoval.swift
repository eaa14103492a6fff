import CLinux
import Glibc
import SystemCalls
import SystemPackage

/// Removes directories in the directory of runs, whatever jobs have put into them, and without following links.
enum RunRemoval {
  /// Removes the directory of a run that has ended or was never launched, in the order that `shim.h` requires, and its
  /// marker.
  static func remove(_ run: consuming RunDirectory, in runs: borrowing RunsDirectory) throws(RunTrouble) {
    let lock = try lockIfUnended(run)
    defer { withExtendedLifetime(lock) {} }
    let (name, path) = (run.name.text, run.file.path)
    let removed = RunFiles.uniqueName("\(RunsDirectory.removed)\(name)")
    let descriptor = runs.descriptor
    try troubling { () throws(SystemFailure) in
      do throws(SystemFailure) {
        try SystemCall.check("rename", path) { renameat(descriptor, name, descriptor, removed) }
      } catch {
        if error.code != .noSuchFileOrDirectory { throw error }
      }
    }
    try removeMarker(of: name, in: runs)
    try clear(removed, in: runs)
  }

  /// Removes the marker of an end.
  static func removeMarker(of name: String, in runs: borrowing RunsDirectory) throws(RunTrouble) {
    try troubling { () throws(SystemFailure) in
      do throws(SystemFailure) {
        let markers = try OpenedFile(RunsDirectory.markers, in: runs.file, .readOnly, options: .directory)
        try RunFiles.unlinkIfThere(name, in: markers)
      } catch {
        // Without a directory of markers there is none to remove.
        switch error.code {
        case .noSuchFileOrDirectory, .notDirectory, .tooManySymbolicLinkLevels: return
        default: throw error
        }
      }
    }
  }

  /// Takes the lock of a run without an end, for which a shim may be on its way, so that none can begin the run before
  /// its directory is gone. `nil` if the run has an end or no lock.
  private static func lockIfUnended(_ run: borrowing RunDirectory) throws(RunTrouble) -> OpenedFile? {
    if run.has("exit") { return nil }
    let path = run.file.path
    let lock = try troubling { () throws(SystemFailure) in try takenLock(run) }
    if run.has("started"), !run.has("exit") {
      throw .failed(SystemFailure("remove the begun run", path, .resourceBusy))
    }
    return lock
  }

  private static func takenLock(_ run: borrowing RunDirectory) throws(SystemFailure) -> OpenedFile? {
    guard let file = try OpenedFile.ifThere("lock", in: run.file, .readWrite) else { return nil }
    let (descriptor, path) = (file.descriptor.rawValue, file.path)
    var request = flock()
    request.l_type = Int16(F_WRLCK)
    try SystemCall.check("fcntl", path) { fcntl(descriptor, berth_ofd_setlk, &request) }
    return file
  }

  /// Empties and removes a directory that was renamed: `spec` first, so that a late shim never finds one without an
  /// end. A name that is no directory is unlinked; a missing one is gone already.
  static func clear(_ name: String, in runs: borrowing RunsDirectory) throws(RunTrouble) {
    try troubling { () throws(SystemFailure) in
      do throws(SystemFailure) {
        try empty(name, in: runs)
        let descriptor = runs.descriptor
        try SystemCall.check("rmdir", "\(runs.file.path)/\(name)") { unlinkat(descriptor, name, AT_REMOVEDIR) }
      } catch {
        if error.code == .noSuchFileOrDirectory { return }
        guard error.code == .notDirectory || error.code == .tooManySymbolicLinkLevels else { throw error }
        try RunFiles.unlinkIfThere(name, in: runs.file)
      }
    }
  }

  private static func empty(_ name: String, in runs: borrowing RunsDirectory) throws(SystemFailure) {
    try makeAccessible(name, in: runs.file)
    let directory = try OpenedFile(name, in: runs.file, .readOnly, options: .directory)
    if unlinkat(directory.descriptor.rawValue, "spec", 0) != 0 { errno = 0 }  // the loop reports what stays
    while true {
      let names = try directory.names()
      if names.isEmpty { return }
      for entry in names { try removeOrFlatten(entry, in: directory) }
    }
  }

  /// Removes a file or an empty directory. The directories in a directory are moved up into the one that is cleared, so that
  /// any depth takes two descriptors.
  private static func removeOrFlatten(_ name: String, in top: borrowing OpenedFile) throws(SystemFailure) {
    let (descriptor, path) = (top.descriptor.rawValue, "\(top.path)/\(name)")
    do throws(SystemFailure) {
      return try RunFiles.unlinkIfThere(name, in: top)
    } catch {
      guard error.code == .isDirectory || error.code == .notPermitted else { throw error }
    }
    try makeAccessible(name, in: top)
    let directory = try OpenedFile(name, in: top, .readOnly, options: .directory)
    let inner = directory.descriptor.rawValue
    for entry in try directory.names() {
      do throws(SystemFailure) {
        try RunFiles.unlinkIfThere(entry, in: directory)
      } catch {
        guard error.code == .isDirectory || error.code == .notPermitted else { throw error }
        // Its own entry `..` changes by the move, for which it must be writable.
        try makeAccessible(entry, in: directory)
        let moved = RunFiles.uniqueName("nested")
        try SystemCall.check("rename", "\(directory.path)/\(entry)") { renameat(inner, entry, descriptor, moved) }
      }
    }
    try SystemCall.check("rmdir", path) { unlinkat(descriptor, name, AT_REMOVEDIR) }
  }

  /// Gives the owner of a directory all rights to it. A link is not followed; a failure shows in the next call.
  private static func makeAccessible(_ name: String, in directory: borrowing OpenedFile) throws(SystemFailure) {
    let (descriptor, path) = (directory.descriptor.rawValue, "\(directory.path)/\(name)")
    let place = try SystemCall.check("open", path) {
      openat(descriptor, name, berth_path_only | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    }
    defer { close(place) }
    if chmod("/proc/self/fd/\(place)", 0o700) != 0 { errno = 0 }
  }
}
