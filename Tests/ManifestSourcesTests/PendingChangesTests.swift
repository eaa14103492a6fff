import Glibc
import Testing

@testable import ManifestSources

@Suite struct PendingChangesTests {
  private let start: UInt64 = 1_000_000_000_000
  private let millisecond: UInt64 = 1_000_000

  private func note(
    _ pending: inout PendingChanges, _ name: String, _ mask: Int32, cookie: UInt32 = 0, after milliseconds: UInt64 = 0
  ) {
    pending.note(
      .init(watch: 1, name: Array(name.utf8)), mask: mask, cookie: cookie, isManifest: ManifestPath.isManifest(name),
      at: start + milliseconds * millisecond)
  }

  private func isTold(_ pending: inout PendingChanges, after milliseconds: UInt64) -> Bool {
    pending.popNotice(at: start + milliseconds * millisecond) != nil
  }

  /// Milliseconds from the start until the change is reported.
  private func due(_ pending: PendingChanges) -> UInt64? { pending.due.map { ($0 - start) / millisecond } }

  @Test func `a single manifest is reported 10 ms after it was written to its end`() {
    var pending = PendingChanges()
    #expect(pending.isEmpty && due(pending) == nil)
    note(&pending, "a.yaml", IN_CLOSE_WRITE)
    #expect(due(pending) == 10)
    #expect(!isTold(&pending, after: 9))
    // Written once more meanwhile, and its permissions set: still the same file.
    note(&pending, "a.yaml", IN_CLOSE_WRITE, after: 5)
    note(&pending, "a.yaml", IN_ATTRIB, after: 6)
    #expect(due(pending) == 16)
    #expect(isTold(&pending, after: 16))
    #expect(pending.isEmpty)
    #expect(!isTold(&pending, after: 17))
  }

  @Test func `two manifests are reported after 100 ms of quiet, so that a commit is never split`() {
    var pending = PendingChanges()
    note(&pending, "a.yaml", IN_CLOSE_WRITE)
    note(&pending, "b.yaml", IN_CLOSE_WRITE, after: 3)
    #expect(due(pending) == 103)
    for time in stride(from: UInt64(50), to: 2000, by: 50) { note(&pending, "c.yaml", IN_CLOSE_WRITE, after: time) }
    // However long it goes on, it is reported after a second.
    #expect(due(pending) == 1000)
  }

  @Test func `an editor's temporary file and its rename are one change`() {
    var pending = PendingChanges()
    // As vim saves: a trial name, the old file moved aside, the new one written.
    note(&pending, "4913", IN_CREATE)
    note(&pending, "a.yaml", IN_MOVED_FROM, cookie: 7)
    note(&pending, "a.yaml~", IN_MOVED_TO, cookie: 7)
    #expect(due(pending) == 100)
    note(&pending, "a.yaml", IN_CREATE, after: 1)
    #expect(due(pending) == 101)
    note(&pending, "a.yaml", IN_CLOSE_WRITE, after: 2)
    #expect(due(pending) == 12)

    var renamed = PendingChanges()
    note(&renamed, "a.tmp.yaml", IN_CREATE)
    note(&renamed, "a.tmp.yaml", IN_CLOSE_WRITE)
    note(&renamed, "a.tmp.yaml", IN_MOVED_FROM, cookie: 8)
    note(&renamed, "a.yaml", IN_MOVED_TO, cookie: 8)
    #expect(due(renamed) == 10)
  }

  @Test func `an incomplete or missing manifest is waited for`() {
    for mask in [IN_CREATE, IN_DELETE, IN_MOVED_FROM] {
      var pending = PendingChanges()
      note(&pending, "a.yaml", mask, cookie: 1)
      #expect(due(pending) == 100)
    }
  }

  @Test func `a directory, an overflow or any file where all count is waited for`() {
    var pending = PendingChanges()
    pending.noteAny(at: start)
    #expect(due(pending) == 100)
    note(&pending, "a.yaml", IN_CLOSE_WRITE, after: 1)
    #expect(due(pending) == 101)
  }

  @Test func `changes reported soon after a change are told from those after a long quiet`() {
    func notice(_ pending: inout PendingChanges, after milliseconds: UInt64) -> PendingChanges.Notice? {
      pending.popNotice(at: start + milliseconds * millisecond)
    }
    var pending = PendingChanges()
    note(&pending, "a.yaml", IN_CLOSE_WRITE)
    #expect(notice(&pending, after: 9) == nil)
    #expect(notice(&pending, after: 10) == .soon)
    note(&pending, "a.yaml", IN_DELETE, after: 20)
    #expect(notice(&pending, after: 119) == nil)
    #expect(notice(&pending, after: 120) == .quiet)
    // A long change is reported all the same, and said to go on.
    for time in stride(from: UInt64(200), through: 1200, by: 50) { note(&pending, "b.yaml", IN_DELETE, after: time) }
    #expect(notice(&pending, after: 1200) == .soon)
  }

  @Test func `a manifest that is never closed is reported once, although nothing else changes`() {
    var pending = PendingChanges()
    note(&pending, "a.yaml", IN_MODIFY)
    note(&pending, "a.yaml", IN_MODIFY, after: 300)
    #expect(due(pending) == 10_000 && !isTold(&pending, after: 9999))
    #expect(isTold(&pending, after: 10_000))
    #expect(due(pending) == nil && !isTold(&pending, after: 60_000))
    // Another change is reported as ever, and the close by itself.
    note(&pending, "b.yaml", IN_CLOSE_WRITE, after: 61_000)
    #expect(due(pending) == 61_010 && isTold(&pending, after: 61_010))
    note(&pending, "a.yaml", IN_CLOSE_WRITE, after: 62_000)
    #expect(due(pending) == 62_010)
  }

  @Test func `a manifest that is being written is waited for until it is closed, within a limit`() {
    var pending = PendingChanges()
    note(&pending, "a.yaml", IN_MODIFY)
    #expect(due(pending) == 10_000 && pending.isBeingWritten(at: start))
    note(&pending, "b.yaml", IN_CLOSE_WRITE, after: 10)
    #expect(due(pending) == 10_000)
    note(&pending, "a.yaml", IN_MODIFY, after: 500)
    note(&pending, "a.yaml", IN_CLOSE_WRITE, after: 501)
    #expect(due(pending) == 601 && !pending.isBeingWritten(at: start))
    #expect(isTold(&pending, after: 601))

    // A file that is never closed counts as it is after a limit, and is not waited for again.
    note(&pending, "log.yaml", IN_MODIFY, after: 1000)
    pending.noteAny(at: start + 2000 * millisecond)
    #expect(due(pending) == 11_000)
    #expect(isTold(&pending, after: 11_000))
    note(&pending, "log.yaml", IN_MODIFY, after: 11_001)
    #expect(!pending.isBeingWritten(at: start + 11_002 * millisecond))

    // A file that is gone, any file after an overflow, and files that are no manifests are not waited for.
    note(&pending, "c.yaml", IN_MODIFY, after: 12_000)
    note(&pending, "c.yaml", IN_DELETE, after: 12_001)
    #expect(!pending.isBeingWritten(at: start + 12_002 * millisecond))
    note(&pending, "d.yaml", IN_MODIFY, after: 12_003)
    #expect(pending.isBeingWritten(at: start + 12_003 * millisecond))
    pending.forgetWriting()
    for name in [".d.yaml.swp", ".d.yaml", "notes.txt"] { note(&pending, name, IN_MODIFY, after: 12_004) }
    #expect(!pending.isBeingWritten(at: start + 12_004 * millisecond))
  }
}
