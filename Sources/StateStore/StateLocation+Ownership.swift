import Glibc
import SystemCalls
import SystemPackage

extension StateLocation {
  /// Checks that the directory is the state's own, so that its group and mode may be changed: it does not exist, or it belongs to
  /// this user, is not open to everybody, and holds nothing but the state and some names.
  ///
  /// - Throws: `notItsOwn` if it is not.
  func checkDirectory(holdsOnly names: Set<String>) throws(StateError) {
    let own = names.union(["", "-wal", "-shm", "-journal"].map { name(of: database) + $0 }).union([name(of: lock)])
    let objection = try translatingFailures { () throws(SystemFailure) in try self.objection(ifOwn: own) }
    if let objection { throw .notItsOwn(directory: directory, why: objection) }
  }

  /// Returns the reason why the directory is not the state's own; `nil` if it is, or does not exist.
  private func objection(ifOwn own: Set<String>) throws(SystemFailure) -> String? {
    guard let file = try OpenedFile.ifThere(directory, .readOnly, options: .directory) else { return nil }
    let status = try file.status()
    if status.userID.rawValue != geteuid() { return "it belongs to another user" }
    if !status.permissions.isDisjoint(with: [.otherWrite, .saveText]) { return "it is open to everybody" }
    return try file.names().first { !own.contains($0) }.map { "it holds other things: \($0)" }
  }

  private func name(of path: String) -> String { FilePath(path).lastComponent?.string ?? "" }
}
