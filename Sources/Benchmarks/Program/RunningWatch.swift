import Glibc

/// A running `berth watch` whose output is read.
struct RunningWatch {
  let child: Child
  private let lines: Int32

  static func start(_ command: [String]) throws -> RunningWatch {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw BenchmarkFailure("no pipe can be made") }
    _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
    let child = try Child.start(command, outputDescriptor: ends[1])
    close(ends[1])
    return RunningWatch(child: child, lines: ends[0])
  }

  /// Reads until each of the texts has been seen, and returns the seconds since the start, or since an instant.
  func waitFor(_ texts: [String], timeout: Double, since: ContinuousClock.Instant? = nil) throws -> Double {
    let begin = since ?? child.begin
    var missing = texts
    var unread = ""
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while !missing.isEmpty {
      var wanted = pollfd(fd: lines, events: Int16(POLLIN), revents: 0)
      let left = timeout - begin.duration(to: .now) / .seconds(1)
      guard left > 0, poll(&wanted, 1, Int32(left * 1000) + 1) > 0 else {
        throw BenchmarkFailure("a watch did not say \(missing[0]) in \(timeout) s")
      }
      let count = read(lines, &buffer, buffer.count)
      guard count > 0 else { throw BenchmarkFailure("a watch ended before it said \(missing[0])") }
      unread += String(decoding: buffer[..<count], as: UTF8.self)
      var rest = unread.split(separator: "\n", omittingEmptySubsequences: false)
      unread = String(rest.removeLast())
      for line in rest { missing.removeAll { line.contains($0) } }
    }
    return begin.duration(to: .now) / .seconds(1)
  }

  /// Returns the processor time since the start in seconds, including threads that have ended.
  func processor() throws -> Double {
    var (clock, time) = (clockid_t(), timespec())
    guard clock_getcpuclockid(child.pid, &clock) == 0, clock_gettime(clock, &time) == 0 else {
      throw BenchmarkFailure("a watch has ended")
    }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Returns the resident memory in bytes, current and peak.
  func resident() throws -> (now: Double, most: Double) {
    var found: [Substring: Double] = [:]
    for line in try Text.read("/proc/\(child.pid)/status").split(separator: "\n") {
      let words = line.split { $0 == " " || $0 == "\t" }
      if words.count == 3, let size = Double(words[1]) { found[words[0]] = size * 1024 }
    }
    return (found["VmRSS:"] ?? 0, found["VmHWM:"] ?? 0)
  }

  /// Kills the watch, and waits for its end.
  func kill() throws {
    _ = Glibc.kill(child.pid, SIGKILL)
    close(lines)
    try child.end(allowingFailure: true)
  }
}
