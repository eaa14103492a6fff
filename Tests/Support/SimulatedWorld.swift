import EngineInterface
import FleetCore
import FleetModel
import GRDB
import HeapModule
import PlanModel
import StateStore
import TestKit

/// A complete Berth in one value under a virtual clock: the real `step` and the real state store, simulated engines,
/// and a random history of changes, failures and crashes. Everything follows from the seed.
public struct SimulatedWorld {
  static let beginning = Instant(nanoseconds: 1_800_000_000_000_000_000)
  static let source = "world"

  /// The seed from which everything follows.
  public let seed: UInt64
  var now = beginning
  var queue = Heap<WorldEvent>()
  var sequence = 0

  // The system under test.
  var fleet: Fleet
  var store: StateStore
  let directory: TemporaryDirectory
  var reader: DatabaseQueue

  // Its surroundings.
  var manifest: WorldManifest
  var applied: WorldManifest
  var engines: [ClusterID: SimulatedEngine] = [:]
  var random: SeededGenerator
  var operations: [WorldOperation]

  /// Number of crashes. Replies to calls of an earlier epoch are dropped.
  var epoch = 0
  var calls: [Int: WorldCall] = [:]
  var nextCall = 0
  /// Number of commits and effects until the next crash; `nil` if none is planned.
  var crashIn: Int?
  /// True once failures have stopped.
  var isCalm = false
  /// True if a call of this epoch will never have a reply.
  var hasHungCall = false
  var orphans: Set<RunName> = []
  var journal = WorldJournal()
  var trace = WorldTrace()
  var commits = 0

  /// A world at its beginning.
  public init(seed: UInt64) throws { try self.init(seed: seed, operations: nil) }

  init(seed: UInt64, operations given: [WorldOperation]?) throws {
    self.seed = seed
    var numbers = SeededGenerator(seed: seed)
    var making = numbers.fork()
    var history = numbers.fork()
    manifest = WorldManifest(&making)
    applied = WorldManifest(empty: manifest)
    operations = given ?? WorldOperation.history(&history)
    random = numbers.fork()
    directory = try TemporaryDirectory("world-\(seed)", isInMemory: true)
    let installation = Installation(
      id: String(repeating: "0f", count: 16), key: (0..<32).map { UInt8(truncatingIfNeeded: $0 + Int(seed % 251)) })
    store = try StateStore.open(path: directory.database, mode: .create, newInstallation: installation)
    fleet = Fleet(try store.load())
    reader = try DatabaseQueue(path: directory.database)
  }

  /// Runs the history, stops the failures, and goes on until nothing more happens. Throws `WorldViolation` at the first
  /// invariant that does not hold, and errors of the store.
  public mutating func run() throws -> WorldOutcome {
    var at = now
    for index in operations.indices {
      schedule(at: at, .operation(index))
      at = at + operations[index].pause
    }
    schedule(at: at, .calm)
    schedule(at: now, .looks(epoch: epoch))
    let horizon = at + .seconds(8 * 3600)
    while let event = queue.popMin() {
      now = max(now, event.at)
      if now > horizon { throw violation("does not converge", problems().joined(separator: "\n")) }
      try handle(event.happening)
      if isCalm, case .looks = event.happening, isQuiet, problems().isEmpty { break }
    }
    try checkReload()
    return WorldOutcome(seed: seed, digest: trace.digest, lines: trace.count, commits: commits)
  }

  /// The last lines of what happened.
  public var tail: [String] { Array(trace.tail.suffix(WorldTrace.kept)) }

  mutating func schedule(at: Instant, _ happening: WorldEvent.Happening) {
    sequence += 1
    queue.insert(WorldEvent(at: at, sequence: sequence, happening: happening))
  }
  mutating func schedule(in milliseconds: Int, _ happening: WorldEvent.Happening) {
    schedule(at: now + .milliseconds(Int64(milliseconds)), happening)
  }

  func violation(_ invariant: String, _ detail: String) -> WorldViolation {
    WorldViolation(seed: seed, invariant: invariant, detail: detail, tail: tail)
  }

  // MARK: The system under test

  /// One step, its commit, and its effects, with a crash anywhere between them.
  mutating func deliver(_ event: Event, applying: WorldManifest? = nil) throws {
    let effects = step(&fleet, event, now: now)
    for (index, effect) in effects.enumerated() {
      if try crashIfDue() { return }
      if case .commit(let commit) = effect {
        guard index == 0 else { throw violation("a commit is the first effect", "it is number \(index)") }
        try carryOut(commit)
        if let applying { applied = applying }
        if try crashIfDue() { return }
      } else {
        try carryOut(effect)
      }
    }
    if let applying { applied = applying }
    try checkSettled()
  }

  private mutating func carryOut(_ commit: Commit) throws {
    for write in commit.writes { if let line = Self.text(write) { note("  " + line) } }
    for action in commit.actions { note("  \(action.kind) \(action.identity.path)") }
    do { try store.commit(commit.writes, counters: commit.counters) } catch {
      throw violation("the store takes every commit", "\(error)")
    }
    commits += 1
    let before = journal
    journal.apply(commit.writes)
    try checkCommit(commit, before: before)
  }

  private mutating func carryOut(_ effect: Effect) throws {
    switch effect {
    case .commit: break
    case .prepare(let order): begin(WorldCall(.prepare, order.run.name, on: order.run.cluster, epoch: epoch))
    case .launch(let order, let handle):
      try checkLaunch(order, handle: handle)
      begin(WorldCall(.launch, order.run.name, on: order.run.cluster, epoch: epoch))
    case .stop(let name, let cluster, let grace):
      var call = WorldCall(.stop, name, on: cluster, epoch: epoch)
      call.grace = grace
      begin(call)
    case .remove(let name, let cluster):
      note("remove \(name.text)")
      if case .prepared = engines[cluster]?.observation(of: name) { engines[cluster]?.entries[name] = nil }
    case .wake(let at): schedule(at: max(at, now), .wake(epoch: epoch))
    case .observe(let cluster):
      if engines[cluster] == nil { engines[cluster] = SimulatedEngine(forgetsUnexecuted: random.chance(50)) }
      schedule(in: delay(500), .lookBegins(epoch: epoch, [cluster]))
    }
  }

  /// Crashes the process: volatile state is lost, and calls in flight may have arrived.
  mutating func crash() throws {
    note("CRASH")
    epoch += 1
    crashIn = nil
    hasHungCall = false
    for id in calls.keys.sorted() {
      guard let call = calls[id] else { continue }
      if !call.hasLanded, random.chance(50) { _ = try land(call) }
      calls[id] = nil
    }
    try store.close()
    store = try StateStore.open(path: directory.database, mode: .existing, epoch: "\(epoch)")
    let recorded = try store.load()
    try checkDurable(recorded)
    fleet = Fleet(recorded)
    schedule(in: delay(3000), .restart(epoch: epoch))
  }

  private mutating func crashIfDue() throws -> Bool {
    guard let left = crashIn else { return false }
    if left > 0 {
      crashIn = left - 1
      return false
    }
    try crash()
    return true
  }

  /// A random delay of at most the given milliseconds.
  mutating func delay(_ longest: Int) -> Int { random.below(longest + 1) }
}

extension WorldManifest {
  /// Empty manifests with the surroundings of another value.
  init(empty other: WorldManifest) { secretVersions = other.secretVersions }
}
