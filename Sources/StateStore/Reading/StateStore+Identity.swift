import FleetModel
import GRDB
import SystemCalls
import SystemPackage

extension StateStore {
  /// Returns what tells this state from every other one: its installation, and device and inode of its file, which tell it
  /// from a backup that takes its place.
  public func identity() throws(StateError) -> (installation: String, file: String) {
    let installation = try reading { db in
      var select = try SQLStatement(db, "SELECT installation_id FROM meta")
      var id: String?
      try select.forEachRow(of: "meta") { id = $0.text(0) }
      guard let id else { throw StateError.unknownRow(table: "meta", id: 1) }
      return id
    }
    do throws(Errno) {
      // Not by opening it: to close any descriptor of the database releases the locks that SQLite has on it.
      let status = try Stat(path)
      return (installation, "\(status.rawValue.st_dev):\(status.rawValue.st_ino)")
    } catch {
      throw .system(SystemFailure("stat", path, error))
    }
  }
}
