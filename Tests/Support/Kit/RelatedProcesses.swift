import Foundation

/// Processes that belong to a directory of a test: they name it in their arguments or in their environment. No other process
/// ever heard of it.
public struct RelatedProcesses {
  private let directory: String

  /// Processes that name a path below the directory.
  public init(of directory: String) { self.directory = directory }

  /// Kills all of them at one moment, as far as any of them can see, as a machine that goes down does. Each is stopped
  /// before the first is killed: otherwise a shim would live to see its job killed, and would record that end.
  public func kill() {
    var signaled: Set<pid_t> = []
    while true {
      let running = pids().filter { pid in
        // A process in an uninterruptible wait stops before it returns from the kernel, once it has the signal.
        guard let state = Self.state(of: pid) else { return false }
        return !"TtZX".contains(state) && !(state == "D" && signaled.contains(pid))
      }
      if running.isEmpty { break }
      for pid in running {
        Glibc.kill(pid, SIGSTOP)
        signaled.insert(pid)
      }
      usleep(1000)
    }
    while true {
      let left = pids()
      if left.isEmpty { return }
      for pid in left { Glibc.kill(pid, SIGKILL) }
      usleep(1000)
    }
  }

  private func pids() -> [pid_t] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { pid_t($0) }.filter { $0 != getpid() && namesDirectory($0) }
  }

  private func namesDirectory(_ pid: pid_t) -> Bool {
    ["cmdline", "environ"].contains { file in
      FileManager.default.contents(atPath: "/proc/\(pid)/\(file)")
        .map { String(decoding: $0, as: UTF8.self).contains("\(directory)/") } ?? false
    }
  }

  /// Returns the state letter of proc(5); `nil` if the process is gone.
  private static func state(of pid: pid_t) -> Character? {
    guard let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/stat") else { return nil }
    // After the name of the command, which may contain anything.
    let text = String(decoding: bytes, as: UTF8.self)
    return text.lastIndex(of: ")").flatMap { text[text.index(after: $0)...].first { $0 != " " } }
  }
}
