import EngineInterface
import FleetModel
import Glibc
import Synchronization
import SystemCalls
import SystemPackage

/// The process engine: runs as processes of this machine, each under a shim that outlives Berth.
///
/// The directory of a run and its states are described in `Sources/Engines/ProcessShim/shim.h`. This side only makes
/// what a shim needs, reads what shims wrote, and asks shims; the shims execute, signal, and write ends. Any number of
/// engines, in any number of programs, may use one directory of runs at once.
public final class LocalProcessEngine: Engine {
  /// The part that only reads.
  public let view: ProcessEngineView
  let settings: ProcessEngineSettings
  let watch: DescriptorWatch
  let launcher: ShimLauncher
  let changeLog = ChangeLog()
  /// Runs whose shims are watched, each with the key of its registration.
  let supervised = Mutex<[RunName: UInt64]>([:])
  /// Live runs whose shims are not watched, each with the reason.
  let unsupervised = Mutex<[RunName: LackOfWatch]>([:])
  /// Time of the next look at what nothing reports; `nil` if none was needed yet.
  let looksAt = Mutex<ContinuousClock.Instant?>(nil)
  /// State of the watch for markers of ends.
  let markers = Mutex(MarkerWatch.none)
  private let hasTidied = Mutex(false)
  private let directorySync: DirectorySync

  /// Makes an engine. The directory of runs is made when it is needed.
  public init(settings: ProcessEngineSettings) throws(EngineError) {
    self.settings = settings
    view = try ProcessEngineView(settings: settings)
    directorySync = DirectorySync(path: settings.runs)
    do throws(SystemFailure) {
      watch = try DescriptorWatch()
    } catch {
      throw EngineError(error)
    }
    launcher = ShimLauncher(settings: settings, watch: watch)
  }

  // MARK: Reading

  /// Reads the directory of every run, and watches the shims of those that run; see `EngineView`.
  public func observe() async throws(EngineError) -> EngineSnapshot {
    watchMarkers()
    let cursor = changeLog.cursor
    var snapshot = try view.snapshot(cursor: cursor)
    for (name, seen) in snapshot.runs { snapshot.runs[name] = supervising(name, seen) }
    snapshot.remarks = remarks
    return snapshot
  }

  /// Changes that are not reported at once, and the remedy.
  private var remarks: [String] {
    var remarks: [String] = []
    if let failure = lacksNotifications {
      remarks.append(
        "ends of runs are looked for every \(Self.lookInterval.components.seconds) seconds, because \(failure); "
          + SystemLimit(behind: failure).advice)
    }
    let lacks = unsupervised.withLock { $0 }
    if lacks.values.contains(.tooManyRuns) {
      // Without their number, so that it is said once.
      remarks.append(
        "there are more live runs than open files: of some, only looks tell if their supervisor is killed; allow Berth "
          + "more than \(OpenFilesLimit.current) open files, one for each live run and \(Self.reservedFiles)")
    }
    for case (let name, .troubled(let why)) in lacks.sorted(by: { $0.key < $1.key }) {
      remarks.append("of run \(name.text), only looks tell if its supervisor is killed, because \(why)")
    }
    return remarks
  }

  /// Reads the directories of some runs; see `EngineView`.
  public func look(at names: [RunName]) async throws(EngineError) -> [RunName: RunObservation] {
    try await view.look(at: names)
  }

  /// Looks closer; see `EngineView`.
  public func lookCloser(
    missing: [RunName], strange: [RunName]
  ) async throws(EngineError) -> [RunName: RunObservation] {
    try await view.lookCloser(missing: missing, strange: strange)
  }

  /// Waits for ends; see `Engine`.
  public func changes(since cursor: ObservationCursor) async throws(EngineError) -> EngineChanges {
    let batch = await nextBatch(after: cursor)
    var changes = EngineChanges(runs: [:], cursor: batch.cursor, isIncomplete: batch.isIncomplete)
    for name in batch.names {
      let seen = supervising(name, try view.observation(of: name))
      // It counted as changed so that it was looked at.
      if case .running = seen, unsupervised.withLock({ $0[name] != nil }) { continue }
      // Only a whole look tells that there is nothing of a run.
      if seen == .absent { changes.isIncomplete = true } else { changes.runs[name] = seen }
    }
    return changes
  }

  /// Returns the log of a run; see `EngineView`.
  public func logs(_ name: RunName, options: LogOptions) async throws(EngineError)
    -> AsyncThrowingStream<[UInt8], any Error>
  { try await view.logs(name, options: options) }

  /// Returns facts about a run; see `EngineView`.
  public func details(_ name: RunName) async throws(EngineError) -> [(label: String, value: String)] {
    try await view.details(name)
  }

  // MARK: Starting

  /// Makes the directory of a run with its spec; see `Engine`.
  public func prepare(_ request: RunRequest) async throws(EngineError) -> RunHandle {
    let cluster = request.deployment.cluster
    let work = "\(settings.work)/\(cluster.organization)/\(cluster.name)"
    do throws(RunTrouble) {
      let runs = try RunsDirectory.making(settings.runs)
      tidyOnce(runs)
      let run = try runs.making(request.name)
      if !run.has("spec") {
        try troubling { () throws(SystemFailure) in
          try SystemCall.makeDirectories(work, permissions: .ownerReadWriteExecute)
          try RunFiles.makeIfMissing("open", run.path("lock")) {
            let flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
            let descriptor = openat(run.descriptor, "lock", flags, 0o600)
            return descriptor == -1 ? -1 : close(descriptor)
          }
          try RunFiles.makeIfMissing("mkfifo", run.path("control")) { mkfifoat(run.descriptor, "control", 0o600) }
        }
        try run.write(specBytes(request, home: run.home, work: work), to: "spec")
      }
    } catch {
      throw EngineError(error)
    }
    watchMarkers()
    // A prepared run must not vanish in a power cut: prepared and executed again, it would be two executions of one
    // attempt. The contents of `spec` need not survive: without the id of this boot, the run is lost.
    do throws(SystemFailure) { try await directorySync.sync() } catch { throw EngineError(error) }
    return RunHandle(name: request.name, text: request.name.text)
  }

  private func specBytes(_ request: RunRequest, home: String, work: String) throws(RunTrouble) -> [UInt8] {
    do throws(EngineError) {
      return try SpecFile.bytes(of: request, boot: view.boot, home: home, directory: work, settings: settings)
    } catch {
      throw .odd(error.message)
    }
  }

  /// Starts the shim of a run and returns once its start is confirmed; see `Engine`.
  public func launch(_ handle: RunHandle, of request: RunRequest, secrets: [SecretReference: SecretText])
    async throws(EngineError) -> RunObservation
  {
    var environment: [String] = []
    for (index, reference) in request.spec.secretReferences.enumerated() {
      guard let secret = secrets[reference] else { throw .retryable("no value was given for \(reference.text)") }
      let variable = secret.withValue { $0.utf8.contains(0) ? nil : "\(SpecFile.secretVariable(index))=\($0)" }
      guard let variable else { throw .terminal("a NUL byte in the value of \(reference.text)") }
      environment.append(variable)
    }
    if case .failed(let message) = try await launcher.ask("run", handle.name, environment: environment) {
      if try await certain(handle.name) == .absent { return .absent }
      throw .retryable(message)
    }
    return try await settled(handle.name)
  }

  // MARK: Ending

  /// Asks the shim of a run, or settles a run without one; see `Engine`.
  @discardableResult
  public func stop(_ name: RunName, grace: TimeSpan) async throws(EngineError) -> RunObservation {
    switch try await certain(name) {
    case .absent: return .absent
    case .ended(let outcome, let at): return .ended(outcome, at: at)
    case .unknown(let why), .foreign(let why): throw .retryable(why)
    case .prepared, .queued, .running, .unsettled: break
    }
    // Nobody reads the FIFO: the run was not launched, or has lost its shim. Either way, settling gives it its end.
    if try !ask(name, toEndWithin: grace), case .failed(let message) = try await launcher.ask("settle", name) {
      throw .retryable(message)
    }
    return try await settled(name)
  }

  /// Writes a request to end, and wakes the shim.
  ///
  /// - Returns: false if there is no shim, or nothing left of the run.
  private func ask(_ name: RunName, toEndWithin grace: TimeSpan) throws(EngineError) -> Bool {
    do throws(RunTrouble) {
      guard let run = try RunsDirectory.ifThere(settings.runs)?.run(name) else { return false }
      // A shim that has not read the last request yet must not miss the shorter of the two.
      let earlier = try earlierGrace(run)
      try run.write(Array("\(min(earlier ?? .max, max(0, grace.nanoseconds)))\n".utf8), to: "stop")
      return try troubling { () throws(SystemFailure) in try wake(run) }
    } catch {
      throw EngineError(error)
    }
  }

  private func earlierGrace(_ run: borrowing RunDirectory) throws(RunTrouble) -> Int64? {
    do throws(RunTrouble) {
      return try run.contents(of: "stop").flatMap { bytes in
        Int64(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
      }
    } catch {
      // Something odd in its place is about to be moved away.
      if case .odd = error { return nil }
      throw error
    }
  }

  /// Settles a run that has lost its shim; see `Engine`.
  public func settle(_ name: RunName) async throws(EngineError) -> RunObservation { try await settled(name) }

  /// Deletes the directory of a run that has ended; see `Engine`.
  public func remove(_ name: RunName) async throws(EngineError) {
    switch try await settled(name) {
    case .running: throw .retryable("\(name.text) still runs")
    case .unknown(let why), .foreign(let why): throw .retryable(why)
    case .absent, .prepared, .queued, .ended, .unsettled: break
    }
    forget(name)
    do throws(RunTrouble) {
      guard let runs = try RunsDirectory.ifThere(settings.runs) else { return }
      tidyOnce(runs)
      guard let run = try runs.run(name) else { return try RunRemoval.removeMarker(of: name.text, in: runs) }
      try RunRemoval.remove(run, in: runs)
    } catch {
      throw EngineError(error)
    }
  }

  /// Renames the directory of a run whose files can't be read, or whatever has its name; see `Engine`.
  public func putAside(_ name: RunName) async throws(EngineError) -> String {
    switch try view.observation(of: name) {
    case .unknown: break
    case .absent, .prepared, .queued, .running, .ended, .unsettled, .foreign:
      throw .terminal("the state of \(name.text) is known")
    }
    do throws(RunTrouble) {
      let traces = try troubling { () throws(SystemFailure) in try LiveTraces(of: [name]).found }
      if let trace = traces[name] { throw .odd("\(name.text) may be alive: \(trace)") }
      guard let runs = try RunsDirectory.ifThere(settings.runs) else { throw .odd("\(settings.runs) is missing") }
      let aside = RunFiles.uniqueName("\(RunsDirectory.aside)\(name.text)")
      try troubling { () throws(SystemFailure) in
        try SystemCall.check("rename", "\(settings.runs)/\(name.text)") {
          renameat(runs.descriptor, name.text, runs.descriptor, aside)
        }
      }
      forget(name)
      return "\(settings.runs)/\(aside)"
    } catch {
      throw EngineError(error)
    }
  }

  /// Finishes removals; what can't be removed gets a name under which nobody looks for it; see `Engine`.
  public func tidy() async throws(EngineError) {
    do throws(RunTrouble) {
      guard let runs = try RunsDirectory.ifThere(settings.runs) else { return }
      for entry in try runs.entries() where entry.hasPrefix(RunsDirectory.removed) {
        if isCleared(entry, in: runs) { continue }
        let aside = RunFiles.uniqueName("\(RunsDirectory.aside)\(entry.dropFirst())")
        try troubling { () throws(SystemFailure) in
          try SystemCall.check("rename", "\(settings.runs)/\(entry)") {
            renameat(runs.descriptor, entry, runs.descriptor, aside)
          }
        }
      }
    } catch {
      throw EngineError(error)
    }
  }

  /// Finishes removals that were interrupted, once. What can't be removed stays among the leftovers of every snapshot.
  private func tidyOnce(_ runs: borrowing RunsDirectory) {
    let isFirst = hasTidied.withLock { tidied in
      defer { tidied = true }
      return !tidied
    }
    guard isFirst else { return }
    do throws(RunTrouble) {
      for entry in try runs.entries() where entry.hasPrefix(RunsDirectory.removed) { _ = isCleared(entry, in: runs) }
    } catch {
      return
    }
  }

  /// Removes what is left of a removal; false if it can't be removed.
  private func isCleared(_ entry: String, in runs: borrowing RunsDirectory) -> Bool {
    do throws(RunTrouble) {
      try RunRemoval.clear(entry, in: runs)
      return true
    } catch {
      return false
    }
  }
}
