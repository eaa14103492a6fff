import EngineInterface
import FleetModel
import Glibc
import SystemCalls
import SystemPackage

/// Streams of logs, followed by inotify, or by looks at intervals where the system gives none.
enum LogFollowing {
  /// Interval of looks without inotify.
  static let interval = Duration.milliseconds(500)

  /// Returns the log of a run, until its end if it is followed.
  static func stream(
    of name: RunName, _ options: LogOptions, view: ProcessEngineView
  ) throws(EngineError) -> AsyncThrowingStream<[UInt8], any Error> {
    var log = RunLog(path: "\(view.settings.runs)/\(name.text)/log") { () throws(SystemFailure) in
      try openLog(of: name, runs: view.settings.runs)
    }
    do throws(SystemFailure) {
      if let tail = options.tail { try log.seek(toLast: tail) }
    } catch {
      throw EngineError(error)
    }
    let wakeUps = options.follow ? modifications(of: "\(view.settings.runs)/\(name.text)") : nil
    let reader = LogReader(log: log, view: view, name: name, wakeUps: wakeUps)
    return AsyncThrowingStream { try await reader.next() }
  }

  private static func openLog(of name: RunName, runs: String) throws(SystemFailure) -> OpenedFile? {
    do throws(RunTrouble) {
      guard let run = try RunsDirectory.ifThere(runs)?.run(name) else { return nil }
      return try troubling { () throws(SystemFailure) in
        guard let file = try OpenedFile.ifThere("log", in: run.file, .readOnly) else { return nil }
        guard try file.status().type == .regular else { throw SystemFailure("read", file.path, .invalidArgument) }
        return file
      }
    } catch {
      if case .failed(let failure) = error { throw failure }
      throw SystemFailure("open", "\(runs)/\(name.text)/log", .invalidArgument)
    }
  }

  /// Returns a stream that yields whenever a file of a directory has changed.
  private static func modifications(of path: String) -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    do throws(SystemFailure) {
      let watch = try DescriptorWatch()
      let descriptor = try SystemCall.check("inotify_init1") { inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK)) }
      let mask = UInt32(
        IN_MODIFY | IN_MOVED_TO | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW)
      do throws(SystemFailure) {
        try SystemCall.check("inotify_add_watch", path) { inotify_add_watch(descriptor, path, mask) }
      } catch {
        close(descriptor)
        throw error
      }
      let key = try watch.add(descriptor, readable: true) { _ in
        while !InotifyEvents.read(descriptor).isEmpty {}
        continuation.yield()
      }
      // The closure keeps the watch for as long as somebody reads.
      continuation.onTermination = { _ in watch.remove(key) }
    } catch {
      let ticks = Task {
        while !Task.isCancelled {
          do { try await Task.sleep(for: interval) } catch { return }
          continuation.yield()
        }
      }
      continuation.onTermination = { _ in ticks.cancel() }
    }
    return stream
  }
}

/// Reads one log, piece by piece.
private actor LogReader {
  private var log: RunLog
  private let view: ProcessEngineView
  private let name: RunName
  private var wakeUps: AsyncStream<Void>.Iterator?
  private var isOver = false

  init(log: RunLog, view: ProcessEngineView, name: RunName, wakeUps: AsyncStream<Void>?) {
    self.log = log
    self.view = view
    self.name = name
    self.wakeUps = wakeUps?.makeAsyncIterator()
    isOver = wakeUps == nil
  }

  /// Returns the next bytes; `nil` if the log is complete or the task was cancelled.
  func next() async throws -> [UInt8]? {
    while true {
      do throws(SystemFailure) {
        let bytes = try log.next()
        if !bytes.isEmpty { return bytes }
      } catch {
        throw EngineError(error)
      }
      if isOver || Task.isCancelled { return nil }
      switch try view.observation(of: name) {
      // One more read, for its last output. Nobody adds to the log of a run without a supervisor.
      case .ended, .absent, .unsettled, .unknown, .foreign: isOver = true
      case .prepared, .queued, .running:
        guard var iterator = wakeUps else { return nil }
        if await iterator.next(isolation: self) == nil { return nil }
        wakeUps = iterator
      }
    }
  }
}
