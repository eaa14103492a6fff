import GRDB
import SystemCalls
import SystemPackage

/// The number of commits of an installation, noted in the lock's file after each.
struct CommitNote: Hashable {
  private var installation: String
  private var commits: Int64

  /// A note that no state has reached.
  static let endless = CommitNote(installation: "", commits: .max)

  init(installation: String, commits: Int64) {
    self.installation = installation
    self.commits = commits
  }

  /// Reads the number of a database.
  init(_ db: Database) throws {
    var select = try SQLStatement(db, "SELECT id, installation_id, commits FROM meta")
    var (installation, commits) = ("", Int64(0))
    try select.forEachRow(of: "meta") { row in (installation, commits) = (row.text(1), row.int64(2)) }
    self.init(installation: installation, commits: commits)
  }

  /// Reads a note; `nil` if there is none.
  init?(at path: String) {
    do throws(SystemFailure) {
      guard let file = try OpenedFile.ifThere(path, .readOnly, options: .noFollow) else { return nil }
      let words = String(decoding: try file.readAll(limit: 256), as: UTF8.self).split(separator: " ")
      guard words.count == 2, let commits = Int64(words[1].filter { $0 != "\n" }) else { return nil }
      self.init(installation: String(words[0]), commits: commits)
    } catch {
      return nil
    }
  }

  /// Writes the note. It need not survive a power cut, which leaves the log as well.
  func write(to path: String) {
    let digits = String(commits)
    let text = "\(installation) \(String(repeating: "0", count: max(0, 20 - digits.count)))\(digits)\n"
    // Without a note, nothing is lost: a file without its log is then refused, though it may be whole.
    do throws(SystemFailure) {
      let file = try OpenedFile(path, .writeOnly, options: [.create, .noFollow], permissions: .ownerReadWrite)
      try file.writeAll(Array(text.utf8))
    } catch {
      return
    }
  }

  /// Whether commits of the other are missing here, or it is of another state.
  static func < (left: CommitNote, right: CommitNote) -> Bool {
    left.installation != right.installation || left.commits < right.commits
  }
}
