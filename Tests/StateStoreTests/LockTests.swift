import FleetModel
import Glibc
import SystemCalls
import SystemPackage
import Testing

@testable import StateStore

@Suite struct LockTests {
  let state: TemporaryState

  init() throws { state = try TemporaryState() }

  private func holder(_ command: String, pid: Int32 = getpid()) -> LockHolder {
    LockHolder(who: "ada", host: "lab", pid: pid, command: command, since: Samples.t0)
  }

  @Test func `one process holds the lock, and another is told who`() async throws {
    let (first, second) = (StateLock(try state.open()), StateLock(try state.open()))
    try await first.acquire(as: holder("berth watch"))
    #expect(first.isHeld && !second.isHeld)
    await #expect(throws: StateError.locked(holder("berth watch"))) {
      try await second.acquire(as: holder("berth apply"))
    }
    #expect(
      "\(StateError.locked(holder("berth watch")))".contains("ada@lab (pid \(getpid()), berth watch, since 2026-"))
    first.release()
    try await second.acquire(as: holder("berth apply"))
    await #expect(throws: StateError.locked(holder("berth apply"))) {
      try await first.acquire(as: holder("berth watch"))
    }
  }

  @Test func `a waiting process gets the lock when it is released`() async throws {
    let (first, second) = (StateLock(try state.open()), StateLock(try state.open()))
    try await first.acquire(as: holder("berth watch"))
    let next = holder("berth apply")
    let waiter = Task { try await second.acquire(as: next, timeout: .seconds(600)) }
    first.release()
    try await waiter.value
    #expect(second.isHeld)
  }

  @Test func `the holder sees that another waits`() async throws {
    let (first, second) = (StateLock(try state.open()), StateLock(try state.open()))
    try await first.acquire(as: holder("berth watch"))
    #expect(!first.isAwaited)
    let next = holder("berth apply")
    let waiter = Task { try await second.acquire(as: next, timeout: .seconds(600)) }
    while !first.isAwaited { await Task.yield() }
    first.release()
    try await waiter.value
    #expect(second.isHeld && !second.isAwaited)
  }

  @Test func `waiting ends with its task`() async throws {
    let (first, second) = (StateLock(try state.open()), StateLock(try state.open()))
    try await first.acquire(as: holder("berth watch"))
    let next = holder("berth apply")
    let waiter = Task { try await second.acquire(as: next, timeout: .seconds(600)) }
    waiter.cancel()
    await #expect(throws: CancellationError.self) { try await waiter.value }
    #expect(!second.isHeld)
  }

  @Test func `the holder's row is written once by one who comes back, and again after another`() async throws {
    let (first, second) = (StateLock(try state.open()), StateLock(try state.open()))
    let observer = try state.open(.readOnly)
    func version() throws -> String? { try observer.answer("PRAGMA data_version") }
    let start = try version()
    try await first.acquire(as: holder("berth watch"))
    first.release()
    let once = try version()
    #expect(once != start)
    for _ in 1...3 {
      try await first.acquire(as: holder("berth watch"))
      first.release()
    }
    #expect(try version() == once)
    try await second.acquire(as: holder("berth apply"))
    #expect(try version() != once)
    #expect(try observer.lastLockHolder() == holder("berth apply"))
  }

  @Test func `the row of a former holder is not taken for the holder`() async throws {
    let store = try state.open()
    let gone = try spawnAndWait(["/bin/true"])
    try store.describe(holder("berth apply", pid: gone))
    let lock = StateLock(try state.open())
    // Another process that holds the lock and has not written its row.
    let silent = Glibc.open(store.location.lock, O_RDWR | O_CREAT, 0o600)
    defer { close(silent) }
    var whole = flock()
    whole.l_type = Int16(F_WRLCK)
    #expect(fcntl(silent, 37, &whole) == 0)
    await #expect(throws: StateError.locked(nil)) { try await lock.acquire(as: holder("berth watch")) }
    // Nothing is known of another machine's processes, so that the row counts.
    let elsewhere = LockHolder(who: "ada", host: "far", pid: gone, command: "berth apply", since: Samples.t0)
    try store.describe(elsewhere)
    await #expect(throws: StateError.locked(elsewhere)) { try await lock.acquire(as: holder("berth watch")) }
  }

  @Test func `the death of the holder releases the lock`() async throws {
    let store = try state.open()
    let lock = StateLock(store)
    // The child inherits an open file with the lock on it, says so by closing its end of the pipe, and is then killed.
    let inherited = Glibc.open(store.location.lock, O_RDWR | O_CREAT, 0o600)
    var whole = flock()
    whole.l_type = Int16(F_WRLCK)
    #expect(fcntl(inherited, 37, &whole) == 0)
    let child = try spawn(["/bin/sleep", "1000"])
    close(inherited)
    #expect(try !lock.tryAcquire(as: holder("berth apply")))
    kill(child, SIGKILL)
    var status: Int32 = 0
    waitpid(child, &status, 0)
    #expect(try lock.tryAcquire(as: holder("berth apply")))
  }

  @Test func `a lock that goes out of scope is released, and two databases have two locks`() throws {
    let store = try state.open()
    // A child that is just being spawned shares the open file until its exec, as this copy of the descriptor does.
    var shared: Int32 = -1
    defer { close(shared) }
    do {
      let lock = StateLock(store)
      #expect(try lock.tryAcquire(as: holder("berth apply")))
      let open = try descriptor(of: store.location.lock)
      shared = dup(try #require(open))
      #expect(try !StateLock(store).tryAcquire(as: holder("berth watch")))
    }
    let lock = StateLock(store)
    #expect(try lock.tryAcquire(as: holder("berth apply")))
    let other = try StateStore.open(path: state.directory + "/.berth/other.db", mode: .create)
    #expect(try StateLock(other).tryAcquire(as: holder("berth apply")))
    #expect(StateLocation(database: "/x/state.db").lock == "/x/state.lock")
  }

  /// This process's open file at a path.
  private func descriptor(of path: String) throws -> Int32? {
    let target = try #require(realpath(path, nil))
    defer { free(target) }
    return (3..<1024).first { descriptor in
      guard let other = realpath("/proc/self/fd/\(descriptor)", nil) else { return false }
      defer { free(other) }
      return strcmp(other, target) == 0
    }
  }

  private func spawn(_ arguments: [String]) throws -> pid_t {
    var pid: pid_t = 0
    var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    let code = posix_spawn(&pid, arguments[0], nil, nil, &pointers, nil)
    guard code == 0 else { throw SystemFailure("posix_spawn", arguments[0], Errno(rawValue: code)) }
    return pid
  }
  private func spawnAndWait(_ arguments: [String]) throws -> pid_t {
    let pid = try spawn(arguments)
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    return pid
  }
}
