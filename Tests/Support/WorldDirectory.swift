import Glibc

/// A directory of one world's own, in memory where there is such a filesystem; removed with its owner.
final class WorldDirectory: Sendable {
  let path: String
  var database: String { path + "/.berth/state.db" }

  init(seed: UInt64) throws {
    let parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
    var template = Array("\(parent)/berth-world-\(seed)-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw WorldDirectoryError(errno: errno) }
    path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  deinit {
    for name in ["state.db", "state.db-wal", "state.db-shm", "state.lock"] { unlink("\(path)/.berth/\(name)") }
    rmdir("\(path)/.berth")
    rmdir(path)
  }
}

/// The directory could not be made.
struct WorldDirectoryError: Error {
  var errno: Int32
}
