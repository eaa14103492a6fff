import EngineInterface
import FleetModel
import Glibc
import Synchronization
import SystemCalls
import SystemPackage

/// The loss of a shim, which its FIFO tells.
extension LocalProcessEngine {
  /// Descriptors that are not spent on the supervision of runs.
  static let reservedFiles = 256

  /// Watches the shim of a run that runs, and no other; returns what was seen.
  func supervising(_ name: RunName, _ seen: RunObservation) -> RunObservation {
    switch seen {
    case .running: superviseIfNew(name)
    case .ended, .absent: endSupervision(name)
    case .prepared, .queued, .unsettled, .unknown, .foreign: break
    }
    return seen
  }

  /// Returns a run as its files show it; one without files of which something is alive is unknown, not absent.
  func certain(_ name: RunName) async throws(EngineError) -> RunObservation {
    let seen = supervising(name, try view.observation(of: name))
    if seen != .absent { return seen }
    return try await view.lookCloser(missing: [name], strange: [])[name] ?? .absent
  }

  /// Reads a run, and settles it if it has lost its shim.
  func settled(_ name: RunName) async throws(EngineError) -> RunObservation {
    var message = ""
    for _ in 0..<5 {
      let seen = try await certain(name)
      guard case .unsettled = seen else { return seen }
      let answer = try await launcher.ask("settle", name)
      if case .failed(let words) = answer { message = words }
    }
    throw .retryable("\(name.text) can't be settled: \(message)")
  }

  /// Wakes the shim of a run so that it looks for `stop`.
  ///
  /// - Returns: false if the run has no shim.
  func wake(_ run: borrowing RunDirectory) throws(SystemFailure) -> Bool {
    guard let control = try openControl(run) else { return false }
    defer { close(control) }
    do throws(SystemFailure) {
      try SystemCall.check("write", run.path("control")) { Int32(write(control, "s", 1)) }
    } catch {
      // A full FIFO has enough to wake the shim. A closed one has just lost it.
      if error.code == .brokenPipe { return false }
      if error.code != .resourceTemporarilyUnavailable { throw error }
    }
    return true
  }

  /// Opens the FIFO of a run for writing; `nil` if no shim reads it, or something else has its name.
  private func openControl(_ run: borrowing RunDirectory) throws(SystemFailure) -> Int32? {
    let descriptor: Int32
    do throws(SystemFailure) {
      descriptor = try SystemCall.check("open", run.path("control")) {
        openat(run.descriptor, "control", O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW)
      }
    } catch {
      switch error.code {
      case .noSuchAddressOrDevice, .noSuchFileOrDirectory, .isDirectory, .tooManySymbolicLinkLevels: return nil
      default: throw error
      }
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else {
      close(descriptor)
      return nil
    }
    return descriptor
  }

  /// Holds the write end of the run's FIFO: it reports an error at the moment at which the shim, its only reader, is
  /// gone, whoever started it. No pid is involved. Where that can't be done, looks tell.
  private func superviseIfNew(_ name: RunName) {
    let (isKnown, count) = supervised.withLock { ($0[name] != nil, $0.count) }
    if isKnown { return }
    if count >= OpenFilesLimit.current - Self.reservedFiles {
      unsupervised.withLock { $0[name] = .tooManyRuns }
      return
    }
    // The entry is made first, so that two readers at once don't watch one run twice.
    let isNew = supervised.withLock { supervised in
      if supervised[name] != nil { return false }
      supervised[name] = 0
      return true
    }
    guard isNew else { return }
    do throws(RunTrouble) {
      let key = try watchShim(of: name)
      unsupervised.withLock { _ = $0.removeValue(forKey: name) }
      // It may already be gone, and its entry with it.
      supervised.withLock { supervised in
        if supervised[name] != nil { supervised[name] = key }
      }
    } catch {
      _ = supervised.withLock { $0.removeValue(forKey: name) }
      noteLack(error, of: name)
    }
  }

  private func watchShim(of name: RunName) throws(RunTrouble) -> UInt64 {
    guard let run = try RunsDirectory.ifThere(settings.runs)?.run(name) else {
      throw .odd("the directory of \(name.text) is missing")
    }
    guard let control = try troubling({ () throws(SystemFailure) in try openControl(run) }) else {
      throw .odd("\(run.path("control")) is not the FIFO that its supervisor reads")
    }
    return try troubling { () throws(SystemFailure) in
      try watch.add(control, readable: false) { [weak self] key in self?.shimIsGone(name, key) }
    }
  }

  /// Takes in that the shim of a run that was seen alive can't be watched. If the run has ended since, that is the reason, and
  /// tasks that wait for changes look again. One that is alive changes nothing by that: they would look for ever.
  private func noteLack(_ trouble: RunTrouble, of name: RunName) {
    let seen: RunObservation?
    do throws(EngineError) { seen = try view.observation(of: name) } catch { seen = nil }
    switch seen {
    case nil, .running: unsupervised.withLock { $0[name] = .troubled(trouble.text) }
    case .ended, .absent, .prepared, .queued, .unsettled, .unknown, .foreign: changeLog.record(name)
    }
  }

  private func shimIsGone(_ name: RunName, _ key: UInt64) {
    watch.remove(key)
    _ = supervised.withLock { $0.removeValue(forKey: name) }
    launcher.reap()
    changeLog.record(name)
  }

  private func endSupervision(_ name: RunName) {
    unsupervised.withLock { _ = $0.removeValue(forKey: name) }
    guard let key = supervised.withLock({ $0.removeValue(forKey: name) }), key != 0 else { return }
    watch.remove(key)
  }

  /// Forgets a run that is about to be removed.
  func forget(_ name: RunName) {
    endSupervision(name)
    changeLog.forget(name)
  }
}
