import Glibc

// Lines about a running watch.

extension BenchmarkEnvironment {
  func watch(_ manifests: String, state: String) -> [String] {
    [berth, "watch", manifests, "--state", state, "-o", "json"]
  }
}

extension BenchmarkLines {
  func watch() throws -> [Figure] {
    let all = try deployments()
    let state = try appliedState(all, "watched")
    let watch = try RunningWatch.start(environment.watch(all, state: state))
    do {
      let figures = try follow(watch, all)
      try watch.kill()
      return figures
    } catch {
      try watch.kill()
      throw error
    }
  }

  private func follow(_ watch: RunningWatch, _ all: String) throws -> [Figure] {
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
    let (path, other) = (Inputs.path(ofFile: file, in: directory), environment.path("edited"))
    try Text.write(Inputs.deployments(ofFile: file, isSuspended: true, tag: tag), to: other)
    let now = ContinuousClock.now
    guard rename(other, path) == 0 else { throw BenchmarkFailure("\(path) can't be replaced") }
    return now
  }

  private func pause(_ seconds: UInt32) { sleep(seconds) }
}
