import CLinux
import Glibc

/// Removes the directory of a run in the order that `shim.h` requires.
enum RunRemoval {
  /// Prefix of a directory that is being removed, by which a later call finishes an interrupted removal.
  static let prefix = ".removed-"

  /// Removes the directory of a run that has ended or was never launched, and its marker.
  static func remove(_ run: RunDirectory, runs: String) throws(SystemFailure) {
    var lock: Int32 = -1
    if access(run.file("exit"), F_OK) != 0, access(run.file("lock"), F_OK) == 0 {
      // Without an end a shim may be on its way: the lock is held until all is gone.
      lock = try SystemCall.check("open \(run.file("lock"))") {
        open(run.file("lock"), O_RDWR | O_CLOEXEC | O_NOFOLLOW)
      }
    }
    defer { if lock != -1 { close(lock) } }
    if lock != -1 {
      var request = flock()
      request.l_type = Int16(F_WRLCK)
      try SystemCall.check("lock \(run.name.text)") { fcntl(lock, berth_ofd_setlk, &request) }
      if access(run.file("started"), F_OK) == 0, access(run.file("exit"), F_OK) != 0 {
        throw SystemFailure(action: "remove \(run.name.text), which has begun", code: EBUSY)
      }
    }
    let removed = "\(runs)/\(prefix)\(run.name.text)-\(UInt64.random(in: .min ... .max))"
    do throws(SystemFailure) {
      try SystemCall.check("rename \(run.path)") { rename(run.path, removed) }
      try clear(removed)
    } catch {
      if error.code != ENOENT { throw error }
    }
    try SystemCall.unlinkIfThere("\(runs)/.ended/\(run.name.text)")
  }

  /// Empties and removes a directory that was renamed: `spec` first, so that a late shim never finds one without an
  /// end.
  static func clear(_ path: String) throws(SystemFailure) {
    try SystemCall.unlinkIfThere("\(path)/spec")
    for name in try SystemCall.names(in: path) { try SystemCall.unlinkIfThere("\(path)/\(name)") }
    do throws(SystemFailure) {
      try SystemCall.check("remove \(path)") { rmdir(path) }
    } catch {
      if error.code != ENOENT { throw error }
    }
  }
}
