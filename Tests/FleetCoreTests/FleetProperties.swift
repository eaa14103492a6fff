import BerthTestSupport
import FleetModel
import Foundation
import Testing

@Suite struct FleetProperties {
  /// Nothing is held twice, nobody is stopped who need not be, nothing that could start is left waiting, and it ends.
  @Test func `every invariant holds on generated fleets`() async {
    await liveThrough(RequestedFleets.seeds) { GeneratedFleet(seed: $0) }
  }

  /// The same where replacements are to have each other's room; a tenth as many.
  @Test func `every invariant holds where replacements cross`() async {
    let all = RequestedFleets.seeds
    await liveThrough(all.lowerBound..<all.lowerBound + (UInt64(all.count) + 9) / 10) {
      GeneratedFleet(crossingWith: $0)
    }
  }

  private func liveThrough(_ seeds: Range<UInt64>, _ given: @escaping @Sendable (UInt64) -> GeneratedFleet) async {
    let width = max(2, ProcessInfo.processInfo.activeProcessorCount)
    await withTaskGroup(of: String?.self) { group in
      for lane in 0..<width {
        group.addTask {
          await onOwnThread {
            for seed in seeds where Int(seed) % width == lane {
              if let report = Self.report(given(seed), seed: seed) { return report }
            }
            return nil
          }
        }
      }
      for await case let report? in group { Issue.record("\(report)") }
    }
  }

  /// Beyond the seeds above: a stop made another's preemption possible, and nobody looked.
  @Test(arguments: [22287])
  func `seeds that once failed hold`(seed: UInt64) {
    if let report = Self.report(GeneratedFleet(seed: seed), seed: seed) { Issue.record("\(report)") }
  }

  /// A process that goes on with it waits for what was asked to stop as long as the one before would have, and stops nobody
  /// else meanwhile.
  @Test func `a reload remembers for whom room is being freed`() {
    var given = GeneratedFleet(seed: 1)
    given.capacities = [Resources(ramBytes: 4, cpuMilli: 4000, gpuMilli: 0)]
    given.scheduling = [SchedulingSpec(minimumRuntime: .zero)]
    func entry(_ name: String, at submit: Int64, _ priority: Priority, cpu: Int64) -> GeneratedFleet.Entry {
      var traits = DeploymentTraits(resources: Resources(ramBytes: 1, cpuMilli: cpu * 1000, gpuMilli: 0))
      traits.priority = priority
      return GeneratedFleet.Entry(name: name, cluster: 0, submit: submit, lasts: 900, traits: traits)
    }
    given.entries = [
      entry("d0", at: 0, .low, cpu: 2), entry("d1", at: 0, .low, cpu: 2), entry("d2", at: 30, .high, cpu: 2),
    ]
    // Asked to stop at 30 s and overdue from 100 s on, and it is for `d2` until 160 s that its room is expected.
    given.stops = [1000]
    given.launches = [0]
    given.happenings = [GeneratedFleet.Happening(at: 120, name: "d0", change: .reload)]
    if let problem = Self.problem(of: given) { Issue.record("\(problem)\n\(given.text)") }
    var trial = FleetTrial(given)
    #expect(trial.run() == nil)
    #expect(trial.trace.contains("\((trial.beginning + .seconds(160)).nanoseconds): preempt d1 for d2"))
  }

  /// Nil: all held. Else the smallest case that was found to fail likewise.
  private static func report(_ given: GeneratedFleet, seed: UInt64) -> String? {
    var given = given
    guard var found = problem(of: given) else { return nil }
    search: while true {
      for smaller in given.smaller {
        guard let problem = problem(of: smaller) else { continue }
        (given, found) = (smaller, problem)
        continue search
      }
      break
    }
    return "seed \(seed): \(found)\n\(given.text)"
  }

  /// Nil: every invariant held, and it made no difference that another process went on with it, nor in which order it was declared.
  private static func problem(of given: GeneratedFleet) -> String? {
    var trial = FleetTrial(given)
    if let problem = trial.run() { return problem }
    if given.isReloaded, let problem = difference(of: given, .neverReloaded, trial) {
      return "after a reload, \(problem)"
    }
    if given.isDeclaredTogether, let problem = difference(of: given, .declaredBackwards, trial) {
      return "declared in another order, \(problem)"
    }
    return nil
  }

  private static func difference(of given: GeneratedFleet, _ manner: FleetTrial.Manner, _ trial: FleetTrial) -> String?
  {
    var other = FleetTrial(given, manner)
    if let problem = other.run() { return problem }
    let (a, b) = (trial.trace.sorted(), other.trace.sorted())
    for place in 0..<max(a.count, b.count) {
      let (left, right) = (place < a.count ? a[place] : "nothing", place < b.count ? b[place] : "nothing")
      if left != right { return "\(left), and otherwise \(right)" }
    }
    return nil
  }
}

/// `BERTH_FLEETS=COUNT` or `FIRST+COUNT` chooses the seeds; 50,000 from 1 otherwise.
private enum RequestedFleets {
  static var seeds: Range<UInt64> {
    let parts = (ProcessInfo.processInfo.environment["BERTH_FLEETS"] ?? "50000").split(separator: "+").compactMap {
      UInt64($0)
    }
    let (first, count) = parts.count == 2 ? (parts[0], parts[1]) : (1, parts.first ?? 20_000)
    return first..<first + count
  }
}
