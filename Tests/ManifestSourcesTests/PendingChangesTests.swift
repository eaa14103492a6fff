import Glibc
import Testing

@testable import ManifestSources

@Suite("How long it must be quiet before a change is told")
struct PendingChangesTests {
  private let start: UInt64 = 1_000_000_000_000
  private let millisecond: UInt64 = 1_000_000

  private func note(
    _ pending: inout PendingChanges, _ name: String, _ mask: Int32, cookie: UInt32 = 0, after milliseconds: UInt64 = 0
  ) {
    pending.note(
      .init(watch: 1, name: Array(name.utf8)), mask: mask, cookie: cookie, isManifest: ManifestWalk.isManifest(name),
      at: start + milliseconds * millisecond)
  }

  private func isTold(_ pending: inout PendingChanges, after milliseconds: UInt64) -> Bool {
    pending.isDue(at: start + milliseconds * millisecond)
  }

  /// Milliseconds from the start until it is told.
  private func due(_ pending: PendingChanges) -> UInt64? { pending.due.map { ($0 - start) / millisecond } }

  @Test("One manifest that was written to its end is told after a hundredth of a second")
  func one() {
    var pending = PendingChanges()
    #expect(pending.isEmpty && due(pending) == nil)
    note(&pending, "a.yaml", IN_CLOSE_WRITE)
    #expect(due(pending) == 10)
    #expect(!isTold(&pending, after: 9))
    // Written once more meanwhile, and its rights set: it is the same file.
    note(&pending, "a.yaml", IN_CLOSE_WRITE, after: 5)
    note(&pending, "a.yaml", IN_ATTRIB, after: 6)
    #expect(due(pending) == 16)
    #expect(isTold(&pending, after: 16))
    #expect(pending.isEmpty)
    #expect(!isTold(&pending, after: 17))
  }

  @Test("Two manifests are waited for until a tenth of a second is quiet: a commit is never taken by halves")
  func several() {
    var pending = PendingChanges()
    note(&pending, "a.yaml", IN_CLOSE_WRITE)
    note(&pending, "b.yaml", IN_CLOSE_WRITE, after: 3)
    #expect(due(pending) == 103)
    for time in stride(from: UInt64(50), to: 2000, by: 50) { note(&pending, "c.yaml", IN_CLOSE_WRITE, after: time) }
    // However long it goes on, it is told after a second.
    #expect(due(pending) == 1000)
  }

  @Test("Editors' temporary files, and a rename onto a name, are one change")
  func editors() {
    var pending = PendingChanges()
    // As vim saves: a name to try with, the old file moved aside, the new one written.
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

  @Test("What is not complete, or gone, may be about to come back")
  func incomplete() {
    for mask in [IN_CREATE, IN_DELETE, IN_MOVED_FROM] {
      var pending = PendingChanges()
      note(&pending, "a.yaml", mask, cookie: 1)
      #expect(due(pending) == 100)
    }
  }

  @Test("A directory, an overflow, or any file where all matter is waited for")
  func broad() {
    var pending = PendingChanges()
    pending.noteAny(at: start)
    #expect(due(pending) == 100)
    note(&pending, "a.yaml", IN_CLOSE_WRITE, after: 1)
    #expect(due(pending) == 101)
  }
}
