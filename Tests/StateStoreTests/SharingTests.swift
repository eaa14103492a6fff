import Foundation
import SystemCalls
import TestKit
import Testing

@testable import StateStore

/// Directories that `share` gives to a group, and those that are not the state's own.
@Suite struct SharingTests {
  private let directory: TemporaryDirectory
  /// The directory of the state.
  private var place: String { directory.path + "/place" }
  private var database: String { place + "/state.db" }

  init() throws { directory = try TemporaryDirectory("sharing") }

  /// Names that may lie beside the state, as the commands make them.
  private static let beside: Set = ["runs", "work", ".gitignore"]

  private func share() throws { try StateStore.share(path: database, with: getgid(), beside: Self.beside) }

  private func makePlace(mode: mode_t = 0o700) throws {
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    if chmod(place, mode) != 0 { throw FailedCall("chmod") }
  }

  /// Mode, owner, group and entries of the directory.
  private func look() throws -> [String] {
    var status = stat()
    if stat(place, &status) != 0 { throw FailedCall("stat") }
    let names = try FileManager.default.contentsOfDirectory(atPath: place).sorted()
    return [String(status.st_mode & 0o7777, radix: 8), "\(status.st_uid)", "\(status.st_gid)"] + names
  }

  @Test(arguments: ["new", "empty", "with the state", "behind a link"])
  func `the state's own directory is shared`(kind: String) throws {
    switch kind {
    case "new": break
    case "empty": try makePlace()
    case "with the state":
      try StateStore.open(path: database, mode: .create).close()
      for name in Self.beside { try directory.write("", to: "place/\(name)/x") }
      for name in ["state.lock", "state.db-wal", "state.db-shm"] { try directory.write("", to: "place/\(name)") }
    default:
      try FileManager.default.createDirectory(atPath: directory.path + "/real", withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: "real")
    }
    try share()
    #expect(try look().first == "2750")
    #expect(try StateStore.open(path: database, mode: .readOnly).load().runs.isEmpty)
  }

  @Test(
    arguments: [
      ("a file", "notes.txt"), ("a directory", "project/a"), ("another state", "other.db"),
      ("a hidden file", ".profile"),
      ("sticky", nil), ("for everybody", nil), ("of another user", nil),
    ] as [(String, String?)])
  func `another directory keeps its group, mode and entries`(kind: String, entry: String?) throws {
    // Only root can give a directory away.
    if kind == "of another user", geteuid() != 0 { return }
    try makePlace(mode: kind == "sticky" ? 0o1770 : kind == "for everybody" ? 0o777 : 0o755)
    if kind == "of another user", chown(place, 65534, 65534) != 0 { throw FailedCall("chown") }
    if let entry { try directory.write("", to: "place/\(entry)") }
    let before = try look()
    #expect {
      try share()
    } throws: { error in
      if case .notItsOwn(let path, _)? = error as? StateError { path == place } else { false }
    }
    #expect(try look() == before)
  }

  @Test(arguments: ["/", "/tmp", "/usr", "/etc", "/dev"])
  func `no directory of the system is taken for the state's own`(path: String) {
    #expect(throws: StateError.self) {
      try StateLocation(database: "\(path)/state.db").checkDirectory(holdsOnly: Self.beside)
    }
  }
}
