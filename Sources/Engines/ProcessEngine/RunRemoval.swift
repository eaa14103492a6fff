import CLinux
import EngineInterface
import Glibc
import SystemCalls
import SystemPackage

/// Removes the directory of a run in the order that `shim.h` requires.
enum RunRemoval {
  /// Prefix of a directory that is being removed, by which a later call finishes an interrupted removal.
  static let prefix = ".removed-"

  /// Removes the directory of a run that has ended or was never launched, and its marker.
  static func remove(_ run: RunDirectory, runs: String) throws(SystemFailure) {
    let lock = try lockIfUnended(run)
    defer { withExtendedLifetime(lock) {} }
    let removed = "\(runs)/\(prefix)\(run.name.text)-\(UInt64.random(in: .min ... .max))"
    do throws(SystemFailure) {
      try SystemCall.check("rename", run.path) { rename(run.path, removed) }
      try clear(removed)
    } catch {
      if error.code != .noSuchFileOrDirectory { throw error }
    }
    try RunFiles.unlinkIfThere("\(runs)/.ended/\(run.name.text)")
  }

  /// Takes the lock of a run without an end, for which a shim may be on its way, so that none can begin the run before
  /// its directory is gone. `nil` if the run has an end or no lock.
  private static func lockIfUnended(_ run: RunDirectory) throws(SystemFailure) -> OpenedFile? {
    guard access(run.file("exit"), F_OK) != 0, access(run.file("lock"), F_OK) == 0 else { return nil }
    let file = try OpenedFile(run.file("lock"), .readWrite, options: .noFollow)
    var request = flock()
    request.l_type = Int16(F_WRLCK)
    try SystemCall.check("fcntl", file.path) { fcntl(file.descriptor.rawValue, berth_ofd_setlk, &request) }
    if access(run.file("started"), F_OK) == 0, access(run.file("exit"), F_OK) != 0 {
      throw SystemFailure("remove the begun run", run.path, .resourceBusy)
    }
    return file
  }

  /// Empties and removes a directory that was renamed: `spec` first, so that a late shim never finds one without an
  /// end.
  static func clear(_ path: String) throws(SystemFailure) {
    try RunFiles.unlinkIfThere("\(path)/spec")
    for name in try RunFiles.names(in: path) { try RunFiles.unlinkIfThere("\(path)/\(name)") }
    do throws(SystemFailure) {
      try SystemCall.check("rmdir", path) { rmdir(path) }
    } catch {
      if error.code != .noSuchFileOrDirectory { throw error }
    }
  }
}
