import EngineInterface
import FleetModel
import Glibc
import Synchronization
import SystemCalls

extension LocalProcessEngine {
  /// Returns the log of a run, followed by inotify until it has ended; see `Engine`.
  public func logs(_ name: RunName, options: LogOptions) async throws(EngineError)
    -> AsyncThrowingStream<[UInt8], any Error>
  {
    let run = directory(name)
    if try await observation(of: name) == .absent { throw .terminal("there is no log of \(name.text)") }
    var log = RunLog(path: run.file("log"))
    let wakeUps: AsyncStream<Void>?
    do throws(SystemFailure) {
      if let tail = options.tail { try log.seek(toLast: tail) }
      wakeUps = options.follow ? try modifications(of: run) : nil
    } catch {
      throw EngineError(error)
    }
    let reader = LogReader(log: log, engine: self, name: name, wakeUps: wakeUps)
    return AsyncThrowingStream { try await reader.next() }
  }

  /// Returns a stream that yields whenever a file of the run's directory has changed: its log, or its end.
  private func modifications(of run: RunDirectory) throws(SystemFailure) -> AsyncStream<Void> {
    let descriptor = try SystemCall.check("inotify_init1") {
      inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
    }
    let mask = UInt32(IN_MODIFY | IN_MOVED_TO | IN_DELETE)
    do throws(SystemFailure) {
      try SystemCall.check("inotify_add_watch", run.path) { inotify_add_watch(descriptor, run.path, mask) }
    } catch {
      close(descriptor)
      throw error
    }
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let key = try watch.add(descriptor, readable: true) { _ in
      while !InotifyEvents.read(descriptor).isEmpty {}
      continuation.yield()
    }
    continuation.onTermination = { [watch] _ in watch.remove(key) }
    return stream
  }
}

/// Reads one log, piece by piece.
private actor LogReader {
  private var log: RunLog
  private let engine: LocalProcessEngine
  private let name: RunName
  private var wakeUps: AsyncStream<Void>.Iterator?
  private var isOver = false

  init(log: RunLog, engine: LocalProcessEngine, name: RunName, wakeUps: AsyncStream<Void>?) {
    self.log = log
    self.engine = engine
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
      switch try await engine.observation(of: name) {
      case .ended, .absent: isOver = true  // one more read, for its last output
      case .prepared, .queued, .running:
        guard var iterator = wakeUps else { return nil }
        if await iterator.next(isolation: self) == nil { return nil }
        wakeUps = iterator
      }
    }
  }
}
