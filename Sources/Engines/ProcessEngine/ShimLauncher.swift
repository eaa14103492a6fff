import EngineInterface
import FleetModel
import Glibc
import Synchronization
import SystemCalls
import SystemPackage

/// Starts shims, reads their answers, and reaps those that it started.
final class ShimLauncher: Sendable {
  /// Answer of a shim on its status pipe.
  enum Answer: Equatable {
    case started
    case over
    case busy
    case prepared
    case absent
    /// A failure in the shim's words; the call may be repeated.
    case failed(String)
  }

  private let settings: ProcessEngineSettings
  private let watch: DescriptorWatch
  /// Shims that this object started and has not reaped.
  private let children = Mutex<Set<pid_t>>([])

  /// Makes a launcher.
  init(settings: ProcessEngineSettings, watch: DescriptorWatch) {
    self.settings = settings
    self.watch = watch
  }

  /// Starts a shim and waits for its answer, not for its end.
  func ask(_ mode: String, _ name: RunName, environment: [String] = []) async throws(EngineError) -> Answer {
    let pipe: Int32
    do {
      pipe = try spawn([mode, settings.runs, name.text], environment: environment)
    } catch {
      throw EngineError(error)
    }
    let text = await readToEnd(pipe)
    reap()
    return Self.answer(of: text)
  }

  /// Reaps the shims of this process that have ended. Other shims belong to the process that adopted them.
  func reap() {
    children.withLock { children in
      for child in children where waitpid(child, nil, WNOHANG) != 0 { children.remove(child) }
    }
  }

  private static func answer(of text: String) -> Answer {
    let line = text.split(separator: "\n").first.map(String.init) ?? ""
    switch line {
    case "started": return .started
    case "over": return .over
    case "busy": return .busy
    case "prepared": return .prepared
    case "absent": return .absent
    case "": return .failed("the shim ended without an answer")
    default: return .failed(line.hasPrefix("error ") ? String(line.dropFirst(6)) : line)
    }
  }

  /// Starts a shim.
  ///
  /// - Returns: the read end of its status pipe.
  private func spawn(_ arguments: [String], environment: [String]) throws(SystemFailure) -> Int32 {
    // Under the mutex, so that `reap` does not reap a child before it is known to be ours.
    let output = try children.withLock { children throws(SystemFailure) in
      let started = try QuietProgram.start(settings.shim, arguments, environment: environment)
      children.insert(started.pid)
      return started.output
    }
    do throws(SystemFailure) {
      try SystemCall.check("fcntl") { fcntl(output, F_SETFL, O_NONBLOCK) }
    } catch {
      close(output)
      throw error
    }
    return output
  }

  /// Reads a pipe until its other side is closed, without occupying a thread. A cancelled task does not wait any longer.
  private func readToEnd(_ descriptor: Int32) async -> String {
    let answer = PendingAnswer()
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        answer.begin(continuation)
        do throws(SystemFailure) {
          let key = try watch.add(descriptor, readable: true) { [watch] key in
            guard let text = answer.read(descriptor) else { return }
            watch.remove(key)
            answer.finish(with: text)
          }
          if !answer.keep(key) { watch.remove(key) }
        } catch {
          answer.finish(with: "error \(error)")
        }
      }
    } onCancel: {
      if let key = answer.finish(with: "error the shim does not answer") { watch.remove(key) }
    }
  }
}

/// Bytes read from a status pipe so far, and the task that waits for all of them.
private final class PendingAnswer: Sendable {
  private struct State {
    var bytes: [UInt8] = []
    var continuation: CheckedContinuation<String, Never>?
    /// The answer; `nil` until it is known.
    var text: String?
    /// The registration of the pipe, as long as it is watched.
    var key: UInt64?
  }
  private let state = Mutex(State())

  /// Keeps the task that waits; resumes it if the answer is known already.
  func begin(_ continuation: CheckedContinuation<String, Never>) {
    let text = state.withLock { state in
      if state.text == nil { state.continuation = continuation }
      return state.text
    }
    if let text { continuation.resume(returning: text) }
  }

  /// Keeps the registration; false if the answer is known, so that nobody will remove it.
  func keep(_ key: UInt64) -> Bool {
    state.withLock { state in
      guard state.text == nil else { return false }
      state.key = key
      return true
    }
  }

  /// Returns the whole answer once the other side is closed; `nil` if there is more to come.
  func read(_ descriptor: Int32) -> String? {
    state.withLock { state in
      while true {
        var chunk = [UInt8](repeating: 0, count: 512)
        let got = Glibc.read(descriptor, &chunk, chunk.count)
        if got > 0 {
          state.bytes += chunk[..<got]
        } else if got == 0 || (errno != EINTR && errno != EAGAIN) {
          return String(decoding: state.bytes, as: UTF8.self)
        } else if errno == EAGAIN {
          return nil
        }
      }
    }
  }

  /// Resumes the task with an answer, the first time.
  ///
  /// - Returns: the registration that is to be removed, if there is one.
  @discardableResult
  func finish(with text: String) -> UInt64? {
    let (continuation, key) = state.withLock { state -> (CheckedContinuation<String, Never>?, UInt64?) in
      if state.text != nil { return (nil, nil) }
      state.text = text
      defer { (state.continuation, state.key) = (nil, nil) }
      return (state.continuation, state.key)
    }
    continuation?.resume(returning: text)
    return key
  }
}
