import EngineInterface
import FleetModel
import PlanModel
import Reconciliation
import Reports
import StateStore

/// The checks of `doctor`: the state by itself, then the state against reports of the engines.
struct Examination {
  /// Checks made, one sentence each, not yet escaped.
  private(set) var checks: [String] = []
  private(set) var findings: [Finding] = []

  var problems: [Finding] { findings.filter { $0.weight == .problem } }

  /// Makes all checks.
  /// - Parameters:
  ///   - host: this machine's name, by which a dead holder of the lock is recognized.
  ///   - holdsLock: whether the caller has acquired the lock.
  ///   - now: the time, by which the last sign of life of a watch is judged.
  ///   - limit: limit of the time for which an engine's answer is waited for.
  init(
    _ store: StateStore, engines: any EngineDirectory, host: String, holdsLock: Bool = false,
    now: Instant = SystemTime().now(), limit: CallLimit = CallLimit()
  ) async throws {
    checks.append(
      "the state at \(store.path): integrity, foreign keys, values, capacity in use and available, GPUs, runs, statuses, counters"
    )
    let own = try store.check()
    findings += own.map { Finding($0) }
    if holdsLock {
      checks.append("the lock: free; now held by this command")
    } else {
      try examineLock(store, host: host)
    }
    try examineWatches(store, now: now)
    // An unreadable state can't be compared with engines.
    let isReadable = !own.contains { finding in
      switch finding {
      case .integrity, .foreignKey, .unexpectedValue: true
      default: false
      }
    }
    guard isReadable else { return }
    let before = try store.load()
    examineSpecs(before)
    let specs = before.clusters.map(\.engine).reduce(into: [EngineSpec]()) { if !$0.contains($1) { $0.append($1) } }
    for spec in specs {
      let clusters = before.clusters.filter { $0.engine == spec }
      let names = clusters.map(\.identity).sorted().map(\.text).joined(separator: ", ")
      let ids = Set(clusters.map(\.id))
      let own = before.runs.filter { ids.contains($0.cluster) }
      let snapshot: EngineSnapshot
      do throws(EngineError) {
        snapshot = try await Self.look(at: engines.engine(for: spec), for: own, limit)
      } catch {
        checks.append("the \(spec.type) engine of \(names): no answer")
        findings.append(
          Finding(
            .problem, "the \(spec.type) engine of \(names) does not answer: \(error.message)",
            advice: "its clusters start nothing until it answers"))
        continue
      }
      checks.append(
        "the \(spec.type) engine of \(names): \(snapshot.runs.count) run\(snapshot.runs.count == 1 ? "" : "s") compared with the records"
      )
      for remark in snapshot.remarks {
        findings.append(Finding(.note, "the \(spec.type) engine: \(remark)", advice: "its runs are not affected"))
      }
      for leftover in snapshot.leftovers {
        findings.append(
          Finding(
            .problem, "\(leftover) is left of a removal that did not finish",
            advice: "berth doctor --fix removes it, or puts it aside", repair: .tidy(spec)))
      }
      // Runs that began or ended during the query are not findings.
      let after = try store.load()
      let present = Dictionary(uniqueKeysWithValues: after.runs.map { ($0.id, $0) })
      compare(own.filter { present[$0.id] == $0 }, with: snapshot, on: spec)
      let live = Set((before.runs + after.runs).map(\.name))
      try examineStrangers(snapshot, live: live, on: spec, store)
    }
  }

  /// Returns what an engine has, with a closer look at what is missing or strange beside the runs that are recorded for it.
  private static func look(
    at engine: any Engine, for own: [RunRecord], _ limit: CallLimit
  ) async throws(EngineError) -> EngineSnapshot {
    var snapshot = try await limit.call("observe", isLook: true) { () throws(EngineError) in try await engine.observe()
    }
    let (seen, names) = (snapshot.runs, Set(own.map(\.name)))
    let missing = own.filter { $0.isLaunched && seen[$0.name] == nil }.map(\.name).sorted()
    let strange = seen.filter { $0.value.mayBeAlive && !names.contains($0.key) }.keys.sorted()
    let closer = try await limit.call("lookCloser", isLook: true) { () throws(EngineError) in
      try await engine.lookCloser(missing: missing, strange: strange)
    }
    snapshot.runs.merge(closer) { look, closer in
      // What can't be read and is not alive is nobody's, and its files are still to be put aside.
      if case .unknown = look, closer == .absent { look } else { closer }
    }
    return snapshot
  }

  /// Finds recorded specs that can't be read.
  private mutating func examineSpecs(_ state: RecordedState) {
    var texts: [(ObjectIdentity, String)] = state.organizations.map { (.organization($0.name), $0.specText) }
    texts += state.users.map { (.user($0.name), $0.specText) }
    texts += state.clusters.map { (.cluster($0.identity), $0.specText) }
    texts += state.deployments.map { (.deployment($0.identity), $0.specText) }
    for (identity, text) in texts {
      do throws(SpecCodingError) {
        _ = try SpecCoding.decode(text, of: identity)
      } catch {
        findings.append(
          Finding(
            .problem, error.description,
            advice: "keep a copy of the file, and restore a backup; a changed manifest of the object is recorded anew"))
      }
    }
  }

  private mutating func examineLock(_ store: StateStore, host: String) throws {
    switch try store.lockState(seenFrom: host) {
    case .free(nil): checks.append("the lock: free, and never held before")
    case .free(let last?): checks.append("the lock: free; last held by \(last)")
    case .held(let holder):
      checks.append("the lock: held by \(holder.map { "\($0)" } ?? "an unidentified process")")
    }
  }

  private mutating func examineWatches(_ store: StateStore, now: Instant) throws {
    let watches = try store.watches(now)
    if watches.isEmpty {
      checks.append("the watches: none, so that nothing that waits is started until the next apply")
    }
    for watch in watches {
      let pass = watch.lastPass.map { "last pass \((now - $0).humanText) ago" } ?? "no pass yet"
      checks.append("the watch of source \(watch.source): \(watch.holder), \(pass)")
    }
  }

  /// Compares live records with the engine's report.
  private mutating func compare(_ runs: [RunRecord], with snapshot: EngineSnapshot, on spec: EngineSpec) {
    for run in runs.sorted(by: { ($0.identity, $0.id) < ($1.identity, $1.id) }) {
      let title = "run \(run.name.text) of \(run.identity.text)"
      let next = "the next apply records it and acts on it"
      switch snapshot.runs[run.name] {
      case .ended(let outcome, _):
        findings.append(
          Finding(
            .note, "\(title) is recorded as \(run.state.rawValue) but has ended: \(outcome.text)", advice: next))
      case nil, .absent:
        switch run.state {
        case .running,
          .starting where run.isLaunched:
          findings.append(
            Finding(
              .problem, "\(title) is recorded as \(run.state.rawValue), but its engine does not know it",
              advice: "the next apply marks it as lost and starts another one without using up a retry"))
        case .starting:
          findings.append(
            Finding(.note, "\(title) was begun but not prepared", advice: "the next apply continues with it"))
        case .stopping: findings.append(Finding(.note, "\(title) was asked to stop and has ended", advice: next))
        case .ended, .lost: break
        }
      case .prepared where run.state == .running:
        findings.append(
          Finding(
            .problem, "\(title) is recorded as running but was never executed",
            advice: "the next apply marks it as lost"))
      case .unsettled(let outcome):
        findings.append(
          Finding(.note, "\(title) has lost its supervisor", advice: "\(next): \(outcome.text)"))
      case .unknown(let why), .foreign(let why):
        findings.append(
          Finding(
            .problem, "the state of \(title) is not known: \(why)", advice: Self.aside,
            repair: .putAside(run.name, on: spec)))
      case .prepared, .queued, .running: break
      }
    }
  }

  /// Advice on a run whose files can't be read.
  private static let aside =
    "its room is kept; if nothing of it is alive, berth doctor --fix puts its files aside, and the next apply marks it as lost"

  /// Finds runs on the engine without a live record.
  private mutating func examineStrangers(
    _ snapshot: EngineSnapshot, live: Set<RunName>, on spec: EngineSpec, _ store: StateStore
  ) throws {
    for (name, observation) in snapshot.runs.sorted(by: { $0.key < $1.key }) where !live.contains(name) {
      let record = try store.run(named: name)
      let owner = record.map { " of \($0.identity.text)" } ?? ""
      switch observation {
      case .foreign(let why):
        findings.append(
          Finding(
            .problem, "\(why), and is alive on the \(spec.type) engine",
            advice: "its cluster starts nothing until it has ended; Berth does not stop it"))
      case .unknown(let why):
        findings.append(
          Finding(
            .problem, "the \(spec.type) engine has something named \(name.text) that can't be read: \(why)",
            advice: "berth doctor --fix puts it aside, if nothing of it is alive", repair: .putAside(name, on: spec)))
      case .running, .queued, .unsettled:
        findings.append(
          Finding(
            .problem, "run \(name.text)\(owner) is alive on the \(spec.type) engine but has no live record",
            advice: "berth doctor --fix or the next apply stops it; until then its cluster starts nothing",
            repair: .stop(name, on: spec, isJournalled: record != nil)))
      case .prepared, .ended:
        if record != nil { continue }
        findings.append(
          Finding(
            .problem, "the \(spec.type) engine has files of run \(name.text), which is not recorded",
            advice: "berth doctor --fix removes them, including the log", repair: .remove(name, on: spec)))
      case .absent: continue
      }
    }
  }
}
