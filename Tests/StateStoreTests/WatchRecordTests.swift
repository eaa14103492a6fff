import FleetModel
import Glibc
import SystemCalls
import TestKit
import Testing

@testable import StateStore

@Suite struct WatchRecordTests {
  let state: TemporaryState
  let store: StateStore
  private static let here = Machine.current

  init() throws {
    state = try TemporaryState()
    store = try state.open()
  }

  private func watch(
    _ source: String = "m", pid: Int32 = getpid(), start: Int64 = ProcessIdentity.current.start,
    host: String = here.host,
    boot: String = here.boot, seen: Instant = Samples.t0
  ) -> WatchRecord {
    let holder = LockHolder(who: "ada", host: host, pid: pid, command: "berth watch m", since: Samples.t0)
    return WatchRecord(source: source, holder: holder, boot: boot, processStart: start, lastPass: nil, seen: seen)
  }

  @Test func `a recorded watch is found with its last pass until it ends`() throws {
    var record = watch()
    try store.record(record)
    record.lastPass = Samples.t0 + .seconds(3)
    record.seen = Samples.t0 + .seconds(3)
    try store.record(record)
    #expect(try state.open(.readOnly).watches(Samples.t0) == [record])
    try store.forget(record)
    #expect(try store.watches(Samples.t0) == [])
  }

  @Test func `a watch on this machine lives as long as its process, however old its last sign of life`() throws {
    let directory = try TemporaryDirectory("watch")
    let program = try RunningProgram("/bin/sleep", ["600"], files: directory.path + "/sleep")
    let start = try #require(ProcessIdentity.found(program.pid)?.start)
    try store.record(watch(pid: program.pid, start: start))
    let later = Samples.t0 + .seconds(86_400)
    #expect(try store.watches(later).map(\.holder.pid) == [program.pid])
    program.signal(SIGKILL)
    // Before anybody waits for the process, its number is still taken.
    while ProcessIdentity.found(program.pid) != nil { usleep(1000) }
    #expect(try store.watches(later) == [])
    _ = try program.wait()
    #expect(try store.watches(later) == [])
  }

  @Test func `neither another process of the same number nor another boot is taken for the watch`() throws {
    try store.record(watch("a", start: ProcessIdentity.current.start + 1))
    try store.record(watch("b", boot: "another"))
    #expect(try store.watches(Samples.t0) == [])
    try store.record(watch("c"))
    #expect(try store.watches(Samples.t0).map(\.source) == ["c"])
    #expect(try state.number("SELECT count(*) FROM watches") == 1, "dead watches are forgotten")
  }

  @Test(arguments: [(0, true), (59, true), (60, false)])
  func `a watch on another machine lives while its last sign of life is fresh`(age: Int64, isAlive: Bool) throws {
    try store.record(watch(host: "far"))
    #expect(try store.watches(Samples.t0 + .seconds(age)).isEmpty == !isAlive)
  }

  @Test func `a sign of life makes nobody load the state again`() throws {
    _ = try store.load()
    try state.open().record(watch())
    #expect(try !store.hasChangedElsewhere())
  }

  /// proc(5): the name of a program may look like the fields behind it.
  @Test(
    arguments: [
      ("42 (sleep) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 777 0 0", 777),
      ("42 (a) Z 1 (b) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 9 0", 9),
      ("42 (gone) Z 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 777 0 0", nil), ("", nil), ("42 (x) S 1", nil),
    ] as [(String, Int64?)])
  func `the start of a process is read behind its name`(line: String, start: Int64?) {
    #expect(ProcessIdentity.start(inStatus: line) == start)
  }
}
