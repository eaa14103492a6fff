import EngineInterface
import FleetModel
import Glibc
import SystemCalls

/// The process engine for questions: reads the directory of runs, and neither makes, marks, signals nor removes anything.
public final class ProcessEngineView: EngineView {
  let settings: ProcessEngineSettings
  let boot: String

  /// Makes a view. The directory of runs may be missing.
  public init(settings: ProcessEngineSettings) throws(EngineError) {
    self.settings = settings
    boot = Machine.current.boot
    // Without it, runs of an earlier boot can't be told from those that live.
    if boot.isEmpty {
      throw .terminal("/proc/sys/kernel/random/boot_id, which numbers the boots of the machine, can't be read")
    }
  }

  /// Reads the directory of every run; see `EngineView`.
  public func observe() async throws(EngineError) -> EngineSnapshot {
    // A question has no use for changes after it.
    try snapshot(cursor: ObservationCursor(text: ""))
  }

  /// Reads the directories of some runs; see `EngineView`.
  public func look(at names: [RunName]) async throws(EngineError) -> [RunName: RunObservation] {
    var seen: [RunName: RunObservation] = [:]
    for name in names { seen[name] = try observation(of: name) }
    return seen.filter { $0.value != .absent }
  }

  /// Looks for signs of life of missing runs, and for the owner of strange ones; see `EngineView`.
  public func lookCloser(
    missing: [RunName], strange: [RunName]
  ) async throws(EngineError) -> [RunName: RunObservation] {
    var seen: [RunName: RunObservation] = [:]
    do throws(RunTrouble) {
      for (name, trace) in try troubling({ () throws(SystemFailure) in try LiveTraces(of: Set(missing)).found }) {
        seen[name] = .unknown("the directory of \(name.text) was removed, and \(trace)")
      }
      guard let runs = try RunsDirectory.ifThere(settings.runs) else { return seen }
      try noteOwners(of: strange, in: runs, &seen)
    } catch {
      throw EngineError(error)
    }
    return seen
  }

  /// Notes what is to be believed of runs that no live record names. Whatever has no supervisor is another's only if something
  /// of it lives: an odd entry, or a run whose owner has not recorded its end, concerns nobody.
  private func noteOwners(
    of strange: [RunName], in runs: borrowing RunsDirectory, _ seen: inout [RunName: RunObservation]
  ) throws(RunTrouble) {
    var doubtful: [RunName: (ifAlive: RunObservation?, ifNot: RunObservation?)] = [:]
    for name in strange {
      let foreign = try owner(of: name, in: runs).map { RunObservation.foreign($0) }
      let now = try observation(of: name, in: runs)
      switch now {
      case .unsettled: if foreign != nil { doubtful[name] = (foreign, .absent) }
      case .unknown(let why):
        doubtful[name] = (foreign ?? .foreign("run \(name.text) can't be read: \(why)"), .absent)
      case .prepared, .queued, .running, .foreign: seen[name] = foreign
      // It has ended since the look.
      case .absent, .ended: seen[name] = now
      }
    }
    let alive = try troubling { () throws(SystemFailure) in try LiveTraces(of: Set(doubtful.keys)).found }
    for (name, belief) in doubtful { seen[name] = alive[name] == nil ? belief.ifNot : belief.ifAlive }
  }

  /// Returns the log of a run; see `EngineView`.
  public func logs(_ name: RunName, options: LogOptions) async throws(EngineError)
    -> AsyncThrowingStream<[UInt8], any Error>
  {
    if try observation(of: name) == .absent { throw .terminal("there is no log of \(name.text)") }
    return try LogFollowing.stream(of: name, options, view: self)
  }

  /// Returns the shim's pid, the run's containment, and the paths of its files; see `EngineView`.
  public func details(_ name: RunName) async throws(EngineError) -> [(label: String, value: String)] {
    do throws(RunTrouble) {
      guard let run = try RunsDirectory.ifThere(settings.runs)?.run(name) else { return [] }
      guard let spec = try run.contents(of: "spec", limit: RunDirectory.longestSpec) else { return [] }
      var details = [(label: "directory", value: run.file.path)]
      if let work = SpecFile.value(of: "directory", in: spec) { details.append(("work directory", work)) }
      guard let started = try run.readStarted()?.fields else { return details }
      if let pid = started["child"] { details.append(("pid", pid)) }
      if let pid = started["shim"] { details.append(("shim's pid", pid)) }
      let cgroup = started["cgroup"] ?? "-"
      details.append(("containment", cgroup == "-" ? Self.tree : "cgroup \(cgroup)"))
      details.append(("memory limit", Self.limit(started["ram"])))
      details.append(("CPU limit", Self.limit(started["cpu"])))
      return details
    } catch {
      throw EngineError(error)
    }
  }

  /// The containment without a cgroup, and what it can't do.
  private static let tree = "process tree; if its supervisor is killed, processes that clear their environment escape"

  private static func limit(_ word: String?) -> String {
    switch word {
    case "cgroup": "kept by the kernel"
    case "sampled": "sampled every second"
    default: "not enforced"
    }
  }

  // MARK: Reading

  /// Returns everything in the directory of runs.
  func snapshot(cursor: ObservationCursor) throws(EngineError) -> EngineSnapshot {
    var snapshot = EngineSnapshot(runs: [:], cursor: cursor)
    do throws(RunTrouble) {
      guard let runs = try RunsDirectory.ifThere(settings.runs) else { return snapshot }
      for entry in try runs.entries() {
        if entry.hasPrefix(RunsDirectory.removed) { snapshot.leftovers.append("\(settings.runs)/\(entry)") }
        if entry.hasPrefix(".") { continue }
        let name = RunName(text: entry)
        let seen = try observation(of: name, in: runs)
        if seen != .absent { snapshot.runs[name] = seen }
      }
    } catch {
      throw EngineError(error)
    }
    return snapshot
  }

  /// Returns a run as its files show it.
  func observation(of name: RunName) throws(EngineError) -> RunObservation {
    do throws(RunTrouble) {
      guard let runs = try RunsDirectory.ifThere(settings.runs) else { return .absent }
      return try observation(of: name, in: runs)
    } catch {
      throw EngineError(error)
    }
  }

  /// Returns a run as its files show it. A trouble with them is that run's alone.
  private func observation(
    of name: RunName, in runs: borrowing RunsDirectory
  ) throws(RunTrouble) -> RunObservation {
    do throws(RunTrouble) {
      return try runs.run(name)?.observation(boot: boot) ?? .absent
    } catch {
      guard error.isOfOneRun else { throw error }
      return .unknown(error.text)
    }
  }

  /// Returns whose a run without a record is; `nil` if it is this state's. One of which nothing tells is not: whatever can't be
  /// shown to be ours must not be stopped.
  private func owner(of name: RunName, in runs: borrowing RunsDirectory) throws(RunTrouble) -> String? {
    guard let own = settings.owner else { return nil }
    let spec: [UInt8]
    do throws(RunTrouble) {
      guard let run = try runs.run(name) else { return nil }
      guard let bytes = try run.contents(of: "spec", limit: RunDirectory.longestSpec) else {
        return "nothing tells whose run \(name.text) is: \(run.path("spec")) is missing"
      }
      guard SpecFile.value(of: "version", in: bytes) != nil else {
        return "nothing tells whose run \(name.text) is: \(run.path("spec")) is not a spec"
      }
      spec = bytes
    } catch {
      guard error.isOfOneRun else { throw error }
      return "nothing tells whose run \(name.text) is: \(error.text)"
    }
    // Specs of earlier versions name no owner.
    guard let installation = SpecFile.value(of: "installation", in: spec) else { return nil }
    let title = "run \(name.text)\(SpecFile.value(of: "deployment", in: spec).map { " of \($0)" } ?? "")"
    if installation != own.installation { return "\(title) belongs to another installation" }
    guard let state = SpecFile.value(of: "state", in: spec), state != own.state else { return nil }
    return "\(title) was started with another file of this state, before it was replaced"
  }
}
