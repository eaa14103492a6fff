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
  /// The system refused. Ends are looked for at intervals.
  case refused(SystemFailure)
}

/// The ends of runs, which markers tell.
extension LocalProcessEngine {
  /// The reason why ends are looked for at intervals; `nil` if they are reported.
  var lacksNotifications: SystemFailure? {
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
        if error.code != .noSuchFileOrDirectory { state = .refused(error) }
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
}
