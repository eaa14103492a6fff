import FleetModel
import Foundation
import TestKit
import Testing

/// Generated fleets, each from a seed that `BERTH_FLEETS` chooses.
@Suite struct FleetProperties {
  private func seeds() throws -> Range<UInt64> { try TestVariable("BERTH_FLEETS").seeds(default: 50_000) }

  /// Among them: nothing is held twice, no run is stopped needlessly, nothing that could start waits, and every fleet
  /// comes to rest.
  @Test func `every invariant holds on generated fleets`() async throws {
    await liveThrough(try seeds()) { GeneratedFleet(seed: $0) }
  }

  /// Fleets whose replacements need each other's room; a quarter of the seeds.
  @Test func `every invariant holds where replacements cross`() async throws {
    let all = try seeds()
    await liveThrough(all.lowerBound..<all.lowerBound + (UInt64(all.count) + 3) / 4) {
      GeneratedFleet(crossingWith: $0)
    }
  }

  /// Fleets whose bounded deployments also say what they expect; an eighth of the seeds.
  @Test func `every invariant holds where bounds and expectations differ`() async throws {
    let all = try seeds()
    await liveThrough(all.lowerBound..<all.lowerBound + (UInt64(all.count) + 7) / 8) {
      GeneratedFleet(estimatingWith: $0)
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

  /// In seed 22287, a stop made another preemption possible, and the queue was not considered again. In seed 104050, what an aged
  /// job had begun could be stopped at once for another. In seed 1326, a service that was stopping counted as one that never ends,
  /// so that nothing was kept for a job for which what was begun then was stopped at the next look.
  @Test(arguments: [22287, 104_050, 1326])
  func `seeds that once failed hold`(seed: UInt64) {
    if let report = Self.report(GeneratedFleet(seed: seed), seed: seed) { Issue.record("\(report)") }
  }

  /// In seed 7587, a member of a swap loses what it needs running while it waits. In seed 10706, the old run of a replacement that
  /// preempts was counted beside its new one, and a job that fitted waited.
  @Test(arguments: [7587, 10_706])
  func `seeds that once failed hold where replacements cross`(seed: UInt64) {
    if let report = Self.report(GeneratedFleet(crossingWith: seed), seed: seed) { Issue.record("\(report)") }
  }

  /// A new process waits for stopping runs as long as the former one would have, and stops nothing else meanwhile.
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
    // Its stop is requested at 30 s and overdue at 100 s. Until 160 s its room is expected for `d2`.
    given.stops = [1000]
    given.launches = [0]
    given.happenings = [GeneratedFleet.Happening(at: 120, name: "d0", change: .reload)]
    if let problem = Self.problem(of: given) { Issue.record("\(problem)\n\(given.text)") }
    var trial = FleetTrial(given)
    #expect(trial.run() == nil)
    #expect(trial.trace.contains("\((trial.beginning + .seconds(160)).nanoseconds): preempt d1 for d2"))
  }

  /// The smallest case found that fails; `nil` if all invariants held.
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

  /// The first violation; `nil` if every invariant held, and neither reloads nor the order of declaration made a
  /// difference.
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

  private static func difference(of given: GeneratedFleet, _ variant: FleetTrial.Variant, _ trial: FleetTrial)
    -> String?
  {
    var other = FleetTrial(given, variant)
    if let problem = other.run() { return problem }
    let (a, b) = (trial.trace.sorted(), other.trace.sorted())
    for place in 0..<max(a.count, b.count) {
      let (left, right) = (place < a.count ? a[place] : "nothing", place < b.count ? b[place] : "nothing")
      if left != right { return "\(left), and otherwise \(right)" }
    }
    return nil
  }
}
