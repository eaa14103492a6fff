import EngineInterface
import FleetModel
import Glibc
import Synchronization
import SystemCalls
import SystemPackage

/// Ways in which the engine learns what happens to runs: their ends by markers, the loss of a shim by its FIFO.
extension LocalProcessEngine {
  /// Returns the directory of a run.
  func directory(_ name: RunName) -> RunDirectory { RunDirectory(name: name, runs: settings.runs) }

  /// Returns a name for a file that is about to be renamed; no two writers share one.
  func temporaryName(_ name: String) -> String { ".\(name).\(UInt64.random(in: .min ... .max))" }

  /// Reads a run, and watches its shim if it runs.
  func read(_ name: RunName) throws(SystemFailure) -> RunDirectory.Reading {
    let reading = try directory(name).read(boot: boot)
    switch reading {
    case .state(.running): try superviseIfNew(name)
    case .state(.ended), .state(.absent): endSupervision(name)
    case .state, .unsettled: break
    }
    return reading
  }

  /// Reads a run, and settles it if it has lost its shim.
  func observation(of name: RunName) async throws(EngineError) -> RunObservation {
    var message = ""
    for _ in 0..<5 {
      do throws(SystemFailure) {
        if case .state(let observation) = try read(name) { return observation }
      } catch {
        throw EngineError(error)
      }
      let answer = try await launcher.ask("settle", name)
      if case .failed(let words) = answer { message = words }
    }
    throw .retryable("\(name.text) can't be settled: \(message)")
  }

  /// Wakes the shim of a run so that it looks for `stop`.
  ///
  /// - Returns: false if the run has no shim.
  func wake(_ run: RunDirectory) throws(SystemFailure) -> Bool {
    guard let control = try openControl(run) else { return false }
    defer { close(control) }
    do throws(SystemFailure) {
      try SystemCall.check("write", run.file("control")) { Int32(write(control, "s", 1)) }
    } catch {
      // A full FIFO has enough to wake the shim. A closed one has just lost it.
      if error.code == .brokenPipe { return false }
      if error.code != .resourceTemporarilyUnavailable { throw error }
    }
    return true
  }

  /// Opens the FIFO of a run for writing; `nil` if no shim reads it.
  private func openControl(_ run: RunDirectory) throws(SystemFailure) -> Int32? {
    do throws(SystemFailure) {
      return try SystemCall.check("open", run.file("control")) {
        open(run.file("control"), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW)
      }
    } catch {
      if error.code == .noSuchAddressOrDevice || error.code == .noSuchFileOrDirectory { return nil }
      throw error
    }
  }

  /// Holds the write end of the run's FIFO: it reports an error at the moment at which the shim, its only reader, is
  /// gone, whoever started it. No pid is involved.
  private func superviseIfNew(_ name: RunName) throws(SystemFailure) {
    // The entry is made first, so that two readers at once don't watch one run twice.
    let isNew = supervised.withLock { supervised in
      if supervised[name] != nil { return false }
      supervised[name] = 0
      return true
    }
    guard isNew else { return }
    let control: Int32?
    do throws(SystemFailure) {
      control = try openControl(directory(name))
    } catch {
      _ = supervised.withLock { $0.removeValue(forKey: name) }
      throw error
    }
    guard let control else {
      // It ended between the look and this: tasks that wait for changes look again.
      _ = supervised.withLock { $0.removeValue(forKey: name) }
      changeLog.record(name)
      return
    }
    let key: UInt64
    do throws(SystemFailure) {
      key = try watch.add(control, readable: false) { [weak self] key in self?.shimIsGone(name, key) }
    } catch {
      _ = supervised.withLock { $0.removeValue(forKey: name) }
      throw error
    }
    // It may already be gone, and its entry with it.
    supervised.withLock { supervised in
      if supervised[name] != nil { supervised[name] = key }
    }
  }

  private func shimIsGone(_ name: RunName, _ key: UInt64) {
    watch.remove(key)
    _ = supervised.withLock { $0.removeValue(forKey: name) }
    launcher.reap()
    changeLog.record(name)
  }

  private func endSupervision(_ name: RunName) {
    guard let key = supervised.withLock({ $0.removeValue(forKey: name) }), key != 0 else { return }
    watch.remove(key)
  }

  /// Forgets a run that is about to be removed.
  func forget(_ name: RunName) {
    endSupervision(name)
    changeLog.forget(name)
  }

  /// Begins to watch for the markers of ends.
  func watchEnds() throws(SystemFailure) {
    let descriptor = try SystemCall.check("inotify_init1") {
      inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
    }
    let ended = "\(settings.runs)/.ended"
    do throws(SystemFailure) {
      try SystemCall.check("inotify_add_watch", ended) {
        inotify_add_watch(descriptor, ended, UInt32(IN_CREATE | IN_MOVED_TO))
      }
    } catch {
      close(descriptor)
      throw error
    }
    try watch.add(descriptor, readable: true) { [weak self] _ in self?.readEnds(descriptor) }
  }

  private func readEnds(_ descriptor: Int32) {
    while true {
      let read = InotifyEvents.read(descriptor)
      if read.isOverflow { changeLog.recordLoss() }
      for name in read.names { changeLog.record(RunName(text: name)) }
      if read.isEmpty { break }
    }
    launcher.reap()
  }
}
