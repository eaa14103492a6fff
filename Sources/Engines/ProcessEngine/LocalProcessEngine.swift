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
  let settings: ProcessEngineSettings
  let boot: String
  let watch: DescriptorWatch
  let launcher: ShimLauncher
  let changeLog = ChangeLog()
  /// Runs whose shims are watched, each with the key of its registration.
  let supervised = Mutex<[RunName: UInt64]>([:])
  private let directorySync: DirectorySync

  /// Makes the directory of runs if it is missing, and begins to watch it.
  public init(settings: ProcessEngineSettings) throws(EngineError) {
    self.settings = settings
    directorySync = DirectorySync(path: settings.runs)
    do throws(SystemFailure) {
      let bytes = try OpenedFile("/proc/sys/kernel/random/boot_id", .readOnly).readAll()
      boot = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
      watch = try DescriptorWatch()
      launcher = ShimLauncher(settings: settings, watch: watch)
      try SystemCall.makeDirectories("\(settings.runs)/.ended", permissions: .ownerReadWriteExecute)
      try watchEnds()
    } catch {
      throw EngineError(error)
    }
  }

  /// Makes the directory of a run with its spec; see `Engine`.
  public func prepare(_ request: RunRequest) async throws(EngineError) -> RunHandle {
    let run = directory(request.name)
    let cluster = request.deployment.cluster
    let work = "\(settings.work)/\(cluster.organization)/\(cluster.name)"
    let bytes = try SpecFile.bytes(of: request, boot: boot, directory: work, settings: settings)
    do throws(SystemFailure) {
      if access(run.file("spec"), F_OK) != 0 {
        try SystemCall.makeDirectories(work, permissions: .ownerReadWriteExecute)
        try RunFiles.makeIfMissing("mkdir", run.path) { mkdir(run.path, 0o700) }
        try RunFiles.makeIfMissing("open", run.file("lock")) {
          let descriptor = open(run.file("lock"), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
          return descriptor == -1 ? -1 : close(descriptor)
        }
        try RunFiles.makeIfMissing("mkfifo", run.file("control")) { mkfifo(run.file("control"), 0o600) }
        try RunFiles.write(bytes, to: run.file("spec"), temporary: run.file(temporaryName("spec")))
      }
      // A prepared run must not vanish in a power cut: prepared and executed again, it would be two executions of one
      // attempt. The contents of `spec` need not survive: without the id of this boot, the run is lost.
      try await directorySync.sync()
    } catch {
      throw EngineError(error)
    }
    return RunHandle(name: request.name, text: request.name.text)
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
      if try await observation(of: handle.name) == .absent { return .absent }
      throw .retryable(message)
    }
    return try await observation(of: handle.name)
  }

  /// Reads the directory of every run; see `Engine`.
  public func observe() async throws(EngineError) -> EngineSnapshot {
    let cursor = changeLog.cursor
    var runs: [RunName: RunObservation] = [:]
    var unsettled: [RunName] = []
    do throws(SystemFailure) {
      for text in try RunFiles.names(in: settings.runs) {
        if text.hasPrefix(RunRemoval.prefix) { try RunRemoval.clear("\(settings.runs)/\(text)") }
        if text.hasPrefix(".") { continue }
        let name = RunName(text: text)
        switch try read(name) {
        case .state(.absent): continue
        case .state(let observation): runs[name] = observation
        case .unsettled: unsettled.append(name)
        }
      }
    } catch {
      throw EngineError(error)
    }
    for name in unsettled { runs[name] = try await observation(of: name) }
    return EngineSnapshot(runs: runs.filter { $0.value != .absent }, cursor: cursor)
  }

  /// Whether a run has ended, for a caller that only reads: nothing is settled, and no other run is read.
  public func hasEnded(_ name: RunName) throws(EngineError) -> Bool {
    do throws(SystemFailure) {
      if case .state(.ended) = try directory(name).read(boot: boot) { return true }
      return false
    } catch {
      throw EngineError(error)
    }
  }

  /// Waits for ends; see `Engine`.
  public func changes(since cursor: ObservationCursor) async throws(EngineError) -> EngineChanges {
    let batch = await changeLog.next(after: cursor)
    var runs: [RunName: RunObservation] = [:]
    for name in batch.names { runs[name] = try await observation(of: name) }
    return EngineChanges(runs: runs, cursor: batch.cursor, isIncomplete: batch.isIncomplete)
  }

  /// Asks the shim of a run, or settles a run without one; see `Engine`.
  @discardableResult
  public func stop(_ name: RunName, grace: TimeSpan) async throws(EngineError) -> RunObservation {
    let run = directory(name)
    let isAsked: Bool
    do throws(SystemFailure) {
      switch try run.read(boot: boot) {
      case .state(let seen) where seen == .absent: return seen
      case .state(.ended(let outcome, let at)): return .ended(outcome, at: at)
      case .state, .unsettled: break
      }
      // A shim that has not read the last request yet must not miss the shorter of the two.
      let earlier = try RunFiles.contents(of: run.file("stop")).flatMap { bytes in
        Int64(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
      }
      let text = Array("\(min(earlier ?? .max, max(0, grace.nanoseconds)))\n".utf8)
      try RunFiles.write(text, to: run.file("stop"), temporary: run.file(temporaryName("stop")))
      isAsked = try wake(run)
    } catch {
      if error.code == .noSuchFileOrDirectory { return .absent }  // the run was removed in the meantime
      throw EngineError(error)
    }
    if isAsked { return try await observation(of: name) }
    // Nobody reads the FIFO: the run was not launched, or has lost its shim. Either way, settling gives it its end.
    if case .failed(let message) = try await launcher.ask("settle", name) { throw .retryable(message) }
    return try await observation(of: name)
  }

  /// Deletes the directory of a run that has ended; see `Engine`.
  public func remove(_ name: RunName) async throws(EngineError) {
    switch try await observation(of: name) {
    case .running: throw .retryable("\(name.text) still runs")
    case .absent, .prepared, .queued, .ended: break
    }
    forget(name)
    do throws(SystemFailure) {
      try RunRemoval.remove(directory(name), runs: settings.runs)
    } catch {
      throw EngineError(error)
    }
  }

  /// Returns the shim's pid, the run's containment, and the paths of its files; see `Engine`.
  public func details(_ name: RunName) async throws(EngineError) -> [(label: String, value: String)] {
    let run = directory(name)
    do throws(SystemFailure) {
      guard let spec = try RunFiles.contents(of: run.file("spec")) else { return [] }
      var details = [(label: "directory", value: run.path)]
      if let work = SpecFile.value(of: "directory", in: spec) { details.append(("work directory", work)) }
      guard let started = try run.readStarted()?.fields else { return details }
      if let pid = started["child"] { details.append(("pid", pid)) }
      if let pid = started["shim"] { details.append(("shim's pid", pid)) }
      let cgroup = started["cgroup"] ?? "-"
      details.append(("containment", cgroup == "-" ? "process tree" : "cgroup \(cgroup)"))
      details.append(("memory limit", Self.limit(started["ram"])))
      details.append(("CPU limit", Self.limit(started["cpu"])))
      return details
    } catch {
      throw EngineError(error)
    }
  }

  private static func limit(_ word: String?) -> String {
    switch word {
    case "cgroup": "kept by the kernel"
    case "sampled": "sampled every second"
    default: "not enforced"
    }
  }
}
