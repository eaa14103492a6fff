import Glibc
import SystemCalls
import SystemPackage

extension StateStore {
  /// Lets a group read a recorded state, which is made if it does not exist: its files become 0640 and the directory 0750 with
  /// that group, which files that are made later inherit. The members of the group can't write.
  ///
  /// - Parameter names: what else may lie in the directory, so that it is still the state's own.
  /// - Throws: `notItsOwn` if the directory is not the state's own, which is then left as it is; `system` if the user is no
  ///   member of the group.
  public static func share(path: String, with group: gid_t, beside names: Set<String>) throws(StateError) {
    try StateLocation(database: path).checkDirectory(holdsOnly: names)
    let store = try open(path: path, mode: .create)
    let location = store.location
    // Closed, so that the log is made anew with the permissions of the database.
    try store.close()
    try translatingFailures { () throws(SystemFailure) in
      // New files get the directory's group by its set-group-ID bit, mkdir(2).
      try give(location.directory, to: group, mode: 0o2750)
      _ = try OpenedFile(location.lock, .readWrite, options: [.create, .noFollow], permissions: .ownerReadWrite)
      try give(location.lock, to: group, mode: 0o640)
      for suffix in ["", "-wal", "-shm"] where access(location.database + suffix, F_OK) == 0 {
        try give(location.database + suffix, to: group, mode: 0o640)
      }
    }
  }

  /// Gives a file to a group, and sets its mode afterwards, because a change of the group clears bits of it.
  private static func give(_ path: String, to group: gid_t, mode: mode_t) throws(SystemFailure) {
    try SystemCall.check("chown", path) { chown(path, uid_t.max, group) }
    try SystemCall.check("chmod", path) { chmod(path, mode) }
  }
}
