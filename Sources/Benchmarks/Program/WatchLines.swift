import Glibc

// Lines about a running watch.

/// A running `berth watch` whose output is read.
struct Watching {
  let child: Child
  private let lines: Int32

  static func start(_ command: [String]) throws -> Watching {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw BenchmarkFailure("no pipe can be made") }
    _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
    let child = try Child.start(command, outputDescriptor: ends[1])
    close(ends[1])
    return Watching(child: child, lines: ends[0])
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
      for line in rest { missing.removeAll { line.holds($0) } }
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

extension Workplace {
  func watch(_ manifests: String, state: String) -> [String] {
    [berth, "watch", manifests, "--state", state, "-o", "json"]
  }
}

extension Substring {
  /// Whether it contains a text.
  fileprivate func holds(_ text: String) -> Bool {
    indices.contains { self[$0...].hasPrefix(text) }
  }
}

extension Lines {
  func watch() throws -> [Figure] {
    let all = try deployments()
    let state = try appliedState(all, "watched")
    let watch = try Watching.start(workplace.watch(all, state: state))
    do {
      let figures = try follow(watch, all)
      try watch.kill()
      return figures
    } catch {
      try watch.kill()
      throw error
    }
  }

  private func follow(_ watch: Watching, _ all: String) throws -> [Figure] {
    _ = try watch.waitFor(["\"type\":\"began\""], timeout: 300)
    let start = try watch.resident()
    pause(3)
    var (idle, touched, edited, editedProcessor): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
    for round in 0..<(settings.rounds * 2) {
      let before = try watch.processor()
      pause(2)
      let idleEnd = try watch.processor()
      idle.append((idleEnd - before) * 1000 / 2)
      // The same bytes again, by a rename as editors do.
      let file = round % settings.files
      try replace(file, in: all, tag: nil)
      pause(1)
      touched.append((try watch.processor() - idleEnd) * 1000)
      let beforeEdit = try watch.processor()
      let begin = try replace(file, in: all, tag: 100 + round)
      let last = "train-\(Inputs.padded(file * 100 + 99, 6))"
      edited.append(try watch.waitFor([last], timeout: 60, since: begin) * 1000)
      pause(1)
      editedProcessor.append((try watch.processor() - beforeEdit) * 1000)
    }
    let end = try watch.resident()
    return [
      Figure(
        name: "watch of \(count), nothing changed: processor, a second", unit: .milliseconds, ours: idle,
        bound: .atMost(5)),
      Figure(name: "  a file written again as it was: processor", unit: .milliseconds, ours: touched),
      Figure(
        name: "  a file of \(settings.files) changed, rename to committed", unit: .milliseconds, ours: edited,
        bound: .atMost(30)),
      Figure(name: "  its processor", unit: .milliseconds, ours: editedProcessor),
      Figure(name: "  resident, once it has begun", unit: .bytes, ours: [start.now]),
      Figure(name: "  resident, at the end", unit: .bytes, ours: [end.now], bound: .atMost(250e6)),
      Figure(name: "  resident at most", unit: .bytes, ours: [end.most], bound: .atMost(250e6)),
    ]
  }

  /// Replaces a file by a rename, and returns the time of it.
  @discardableResult
  private func replace(_ file: Int, in directory: String, tag: Int?) throws -> ContinuousClock.Instant {
    let (path, other) = (Inputs.path(ofFile: file, in: directory), workplace.path("edited"))
    try Text.write(Inputs.deployments(ofFile: file, isSuspended: true, tag: tag), to: other)
    let now = ContinuousClock.now
    guard rename(other, path) == 0 else { throw BenchmarkFailure("\(path) can't be replaced") }
    return now
  }

  private func pause(_ seconds: UInt32) { sleep(seconds) }
}
