import EngineInterface
import FleetModel
import Glibc
import Synchronization
import SystemCalls
import SystemPackage

/// State of the watch for markers of ends.
enum MarkerWatch: Sendable {
  /// There is none, and none was tried since the directory of markers was seen last.
  case none
  /// Markers are reported.
  case active
  /// The system refused; its reason. Ends are looked for at intervals.
  case refused(String)
}

/// Ways in which the engine learns what happens to runs: their ends by markers, the loss of a shim by its FIFO.
extension LocalProcessEngine {
  /// Time between looks where the system gives no notifications.
  static let lookInterval = Duration.seconds(2)
  /// Descriptors that are not spent on the supervision of runs.
  static let reservedFiles = 256

  /// Watches the shim of a run that runs, and no other; returns what was seen.
  func supervising(_ name: RunName, _ seen: RunObservation) throws(EngineError) -> RunObservation {
    switch seen {
    case .running:
      do throws(RunTrouble) {
        try superviseIfNew(name)
      } catch {
        guard error.isOfOneRun else { throw EngineError(error) }
        return .unknown(error.text)
      }
    case .ended, .absent: endSupervision(name)
    case .prepared, .queued, .unsettled, .unknown, .foreign: break
    }
    return seen
  }

  /// Returns a run as its files show it; one without files of which something is alive is unknown, not absent.
  func certain(_ name: RunName) async throws(EngineError) -> RunObservation {
    let seen = try supervising(name, view.observation(of: name))
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
  /// gone, whoever started it. No pid is involved.
  private func superviseIfNew(_ name: RunName) throws(RunTrouble) {
    let (isKnown, count) = supervised.withLock { ($0[name] != nil, $0.count) }
    if !isKnown, count >= OpenFilesLimit.current - Self.reservedFiles {
      unsupervised.withLock { _ = $0.insert(name) }
      return
    }
    unsupervised.withLock { _ = $0.remove(name) }
    // The entry is made first, so that two readers at once don't watch one run twice.
    let isNew = supervised.withLock { supervised in
      if supervised[name] != nil { return false }
      supervised[name] = 0
      return true
    }
    guard isNew else { return }
    do throws(RunTrouble) {
      guard let run = try RunsDirectory.ifThere(settings.runs)?.run(name),
        let control = try troubling({ () throws(SystemFailure) in try openControl(run) })
      else {
        _ = supervised.withLock { $0.removeValue(forKey: name) }
        // It ended between the look and this: tasks that wait for changes look again.
        changeLog.record(name)
        return
      }
      let key = try troubling { () throws(SystemFailure) in
        try watch.add(control, readable: false) { [weak self] key in self?.shimIsGone(name, key) }
      }
      // It may already be gone, and its entry with it.
      supervised.withLock { supervised in
        if supervised[name] != nil { supervised[name] = key }
      }
    } catch {
      _ = supervised.withLock { $0.removeValue(forKey: name) }
      throw error
    }
  }

  private func shimIsGone(_ name: RunName, _ key: UInt64) {
    watch.remove(key)
    _ = supervised.withLock { $0.removeValue(forKey: name) }
    launcher.reap()
    changeLog.record(name)
  }

  private func endSupervision(_ name: RunName) {
    unsupervised.withLock { _ = $0.remove(name) }
    guard let key = supervised.withLock({ $0.removeValue(forKey: name) }), key != 0 else { return }
    watch.remove(key)
  }

  /// Forgets a run that is about to be removed.
  func forget(_ name: RunName) {
    endSupervision(name)
    changeLog.forget(name)
  }

  // MARK: Markers

  /// The reason why ends are looked for at intervals; `nil` if they are reported.
  var lacksNotifications: String? {
    markers.withLock { if case .refused(let why) = $0 { why } else { nil } }
  }

  /// Begins to watch for the markers of ends, unless that is done, or the directory of runs is not made yet.
  func watchMarkers() {
    markers.withLock { state in
      if case .active = state { return }
      state = .none
      let path = "\(settings.runs)/\(RunsDirectory.markers)"
      do throws(SystemFailure) {
        let descriptor = try SystemCall.check("inotify_init1") { inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK)) }
        let mask = UInt32(IN_CREATE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW)
        do throws(SystemFailure) {
          try SystemCall.check("inotify_add_watch", path) { inotify_add_watch(descriptor, path, mask) }
        } catch {
          close(descriptor)
          throw error
        }
        try watch.add(descriptor, readable: true) { [weak self] key in self?.readMarkers(descriptor, key) }
        state = .active
      } catch {
        if error.code != .noSuchFileOrDirectory { state = .refused(error.description) }
      }
    }
  }

  private func readMarkers(_ descriptor: Int32, _ key: UInt64) {
    while true {
      let read = InotifyEvents.read(descriptor)
      if read.isOverflow { changeLog.recordLoss() }
      for name in read.names { changeLog.record(RunName(text: name)) }
      if read.isDirectoryGone {
        watch.remove(key)
        markers.withLock { $0 = .none }
        changeLog.recordLoss()
        break
      }
      if read.isEmpty { break }
    }
    launcher.reap()
  }

  /// Waits for changes. Without notifications of ends, it waits for a time at most, and says that some may have been missed.
  func nextBatch(after cursor: ObservationCursor) async -> ChangeLog.Batch {
    let log = changeLog
    let isTold = markers.withLock { if case .active = $0 { true } else { false } } && unsupervised.withLock(\.isEmpty)
    if isTold { return await log.next(after: cursor) }
    let clock = Task {
      do { try await Task.sleep(for: Self.lookInterval) } catch { return }
      log.recordLoss()
    }
    defer { clock.cancel() }
    return await log.next(after: cursor)
  }
}
