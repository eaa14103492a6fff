import TestKit
import Testing

/// Every small instance of one moment of admission, compared with a naive application of the rules.
///
/// The instances are reduced by symmetry. Only the order of priorities counts, so that priorities have no gaps. Without
/// edges, the running and the waiting items are each sorted by priority, because names decide only between equals. A
/// run that has not had its minimum runtime is equivalent to one that may not be preempted, and so is every run of a
/// cluster that never preempts.
@Suite struct AdmissionOracleTests {
  /// The difference between scheduler and oracle, now and after all stops; `nil` if they agree.
  private static func difference(_ instance: AdmissionInstance, _ prepared: AdmissionSubject) -> String? {
    var subject = prepared.with(instance)
    var oracle = AdmissionOracle(instance)
    var (found, expected) = (subject.declareWaiting(), oracle.decide())
    if found != expected { return report("at once", found, expected, instance) }
    if instance.items.contains(where: \.isLate) {
      (found, expected) = (subject.declareWaiting(late: true), oracle.decideLate())
      if found != expected { return report("when the late come", found, expected, instance) }
    }
    guard let after = subject.confirmStops() else { return nil }
    (found, expected) = (after, oracle.confirmStops())
    if found != expected { return report("after the stops", found, expected, instance) }
    return subject.fleet.abandonedSettlings == 0 ? nil : "it went round\n\(instance.text)"
  }

  private static func report(
    _ when: String, _ found: AdmissionDecision, _ expected: AdmissionDecision, _ instance: AdmissionInstance
  ) -> String {
    "\(when)\n  found \(found.text(instance))\n  rules \(expected.text(instance))\n\(instance.text)"
  }

  /// Compares every combination of waiting and running items on two threads.
  static func compare(
    _ settings: [AdmissionInstance], running: [[AdmissionInstance.Item]],
    waiting: @escaping @Sendable ([AdmissionInstance.Item]) -> [[AdmissionInstance.Item]]
  ) async -> Int {
    var bases: [AdmissionInstance] = []
    for setting in settings {
      for items in running {
        var base = setting
        base.items = items
        bases.append(base)
      }
    }
    let lanes = 2
    let all = bases
    return await withTaskGroup(of: (Int, String?).self) { group in
      for lane in 0..<lanes {
        group.addTask {
          await onOwnThread {
            var count = 0
            for (number, base) in all.enumerated() where number % lanes == lane {
              let prepared = AdmissionSubject(base)
              for items in waiting(base.items) {
                var instance = base
                instance.items += items
                count += 1
                if let report = difference(instance, prepared) { return (count, report) }
              }
            }
            return (count, nil)
          }
        }
      }
      var count = 0
      for await (part, report) in group {
        count += part
        if let report { Issue.record("\(report)") }
      }
      return count
    }
  }

  /// All sequences of a length over the kinds.
  static func sequences<Kind>(of kinds: [Kind], _ length: Int) -> [[Kind]] {
    var found: [[Kind]] = [[]]
    for _ in 0..<length { found = found.flatMap { start in kinds.map { start + [$0] } } }
    return found
  }

  static func hasNoGaps(_ items: [AdmissionInstance.Item]) -> Bool {
    let ranks = Set(items.map(\.priority))
    return ranks == Set(1...ranks.count)
  }

  static func areInOrder(_ items: [AdmissionInstance.Item]) -> Bool {
    zip(items, items.dropFirst()).allSatisfy { $0.priority >= $1.priority }
  }

  /// Running items that fit together, in the order of priorities, each preemptible or not.
  static func running(_ kinds: [AdmissionInstance.Item], _ count: Int, in capacity: SmallAmount)
    -> [[AdmissionInstance.Item]]
  {
    sequences(of: kinds, count).filter { items in
      areInOrder(items) && items.reduce(SmallAmount(cpu: 0, gpu: 0)) { $0 + $1.request }.fits(in: capacity)
    }.flatMap { items in
      (0..<(1 << count)).map { mask in
        items.indices.map { place in
          var item = items[place]
          item.isRunning = true
          item.isPreemptible = mask >> place & 1 == 0
          return item
        }
      }
    }
  }

  /// True if no equivalent instance comes earlier.
  static func isCanonical(_ running: [AdmissionInstance.Item], _ waiting: [AdmissionInstance.Item]) -> Bool {
    let highest = waiting.map(\.priority).max() ?? 0
    // Without running items, priorities are only an order.
    if running.isEmpty { return highest == 1 }
    return hasNoGaps(running + waiting) && running.allSatisfy { $0.isPreemptible || $0.priority < highest }
  }

  /// Queues of up to `most` jobs, some of which run.
  private static func queues(of most: Int, _ requests: [SmallAmount], in capacity: SmallAmount) async -> Int {
    let kinds = requests.flatMap { request in
      (1...3).map { AdmissionInstance.Item(request: request, priority: $0) }
    }
    let waiting = (0...most).map { sequences(of: kinds, $0).filter(areInOrder) }
    let isSymmetric = capacity.cpu == capacity.gpu
    var count = 0
    for maxBypass in [0, 16] {
      let setting = AdmissionInstance(capacity: capacity, maxBypass: maxBypass)
      count += await compare([setting], running: (0..<most).flatMap { running(kinds, $0, in: capacity) }) { running in
        // A job that waits alone is never passed.
        ((maxBypass == 0 ? 2 : 1)...most).filter { $0 + running.count <= most }.flatMap { waiting[$0] }.filter {
          isCanonical(running, $0) && !(isSymmetric && isSwapped(running + $0))
        }
      }
    }
    return count
  }

  /// True if exchanging cores and GPUs gives an equivalent instance that comes earlier.
  private static func isSwapped(_ items: [AdmissionInstance.Item]) -> Bool {
    for item in items where item.request.cpu != item.request.gpu { return item.request.cpu > item.request.gpu }
    return false
  }

  /// Up to four jobs of up to two cores and one GPU each, and of up to two of both. All priorities; some jobs run,
  /// preemptible or not.
  @Test func `every small queue is admitted by the rules`() async {
    let small = SmallAmount.all.filter { $0.gpu < 2 }
    var count = await Self.queues(of: 4, small, in: SmallAmount(cpu: 2, gpu: 1))
    count += await Self.queues(of: 4, SmallAmount.all, in: SmallAmount(cpu: 2, gpu: 2))
    print("admission: \(count) queues")
    #expect(count > 200_000)
  }
}
