import Glibc

// Speed of the scheduler's decisions: `step` alone, without engines and without the recorded state.

extension BenchmarkLines {
  func decisions() throws -> [Figure] {
    let (many, few) = (settings.pending, settings.pending / 10)
    let clusters = "clusters=50"
    func words(_ more: [String]) -> [String] { ["running=\(max(50, many / 100))", "events=\(settings.ends)"] + more }
    var figures = try pass("a look at all of \(Self.grouped(few)) on 50 clusters", words([clusters, "pending=\(few)"]))
    let cases: [(String, [String])] = [
      ("", []), (", \(Self.grouped(many / 5)) different requests", ["shapes=\(max(1, many / 5))"]),
      (", reservations: 4", ["reservations=4"]), (", reservations: all", ["reservations=all"]),
      (", preempting", ["preempting"]),
    ]
    for (clustersName, clustersWord) in [("50 clusters", [clusters]), ("one", [])] {
      for (name, more) in cases {
        figures += try end(
          "an end, \(Self.grouped(many)) wait on \(clustersName)\(name)",
          words(["pending=\(many)"] + clustersWord + more))
      }
    }
    return try figures + traces()
  }

  private func pass(_ name: String, _ words: [String]) throws -> [Figure] {
    var processor: [Double] = []
    let walls = try environment.alternate([
      { _ in
        let numbers = try part(["decisions"] + words)
        processor.append(numbers[0] * 1000)
        return numbers[1] * 1000
      }
    ])
    return [
      Figure(name: name, unit: .milliseconds, ours: walls[0], bound: .atMost(50)),
      Figure(name: "  processor", unit: .milliseconds, ours: processor),
    ]
  }

  private func end(_ name: String, _ words: [String]) throws -> [Figure] {
    var latest: [Double] = []
    let medians = try environment.alternate([
      { _ in
        let numbers = try part(["decisions"] + words)
        latest.append(numbers[5] * 1000)
        return numbers[3] * 1000
      }
    ])
    return [
      Figure(name: name, unit: .milliseconds, ours: medians[0], bound: .atMost(1)),
      Figure(name: "  99 of 100", unit: .milliseconds, ours: latest),
    ]
  }

  private func traces() throws -> [Figure] {
    let (few, many) = (settings.pending, settings.pending * 10)
    let seconds = try environment.alternate([
      { _ in try part(["trace", String(few)])[1] }, { _ in try part(["trace", String(many)])[1] },
    ])
    var figures = [
      Figure(name: "a trace of \(Self.grouped(few)) jobs", unit: .seconds, ours: seconds[0]),
      Figure(
        name: "\(Self.grouped(many)) jobs; ten times as long as \(Self.grouped(few))", unit: .seconds, ours: seconds[1],
        floor: seconds[0].map { $0 * 10 }, bound: .atMost(1.5)),
    ]
    if let file = settings.trace {
      let times = try environment.alternate([{ _ in try part(["trace", file])[1] }])
      figures.append(Figure(name: "the trace \(file)", unit: .seconds, ours: times[0], bound: .atMost(0.5)))
    }
    return figures
  }

  /// Runs a part of this program and returns the numbers that it prints.
  private func part(_ arguments: [String]) throws -> [Double] {
    let output = try Child.run([environment.bench, "--part"] + arguments, outputPath: environment.path("part.txt"))
      .output
    let numbers = output.split { $0 == " " || $0 == "\n" }.compactMap { Double($0) }
    guard numbers.count >= 3 else { throw BenchmarkFailure("a part wrote no numbers: \(arguments)") }
    return numbers
  }
}
