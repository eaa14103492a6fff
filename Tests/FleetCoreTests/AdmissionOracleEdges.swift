import TestKit
import Testing

extension AdmissionOracleTests {
  /// Up to three jobs and services of one or two of three cores and of all priorities, and four of one of two cores and
  /// of two priorities (three with `BERTH_ORACLE=1`). Some of them run. All possible edges, named forwards and
  /// backwards.
  @Test func `every small graph is admitted by the rules`() async throws {
    var count = 0
    for size in 2...3 {
      count += await Self.compareGraphs(of: size, priorities: 1...3, cores: 1...2, of: 3, backwards: [false, true])
    }
    let isComplete = try TestVariable("BERTH_ORACLE").flag()
    count += await Self.compareGraphs(
      of: 4, priorities: 1...(isComplete ? 3 : 2), cores: 1...1, of: 2, backwards: [false, true])
    print("admission: \(count) graphs")
    #expect(count > 400_000)
  }

  private static func compareGraphs(
    of size: Int, priorities: ClosedRange<Int>, cores: ClosedRange<Int>, of capacity: Int, backwards: [Bool]
  ) async -> Int {
    let all = graphs(of: size, priorities, cores)
    var count = 0
    for running in 0..<size {
      var byBase: [[AdmissionInstance.Item]: [[AdmissionInstance.Item]]] = [:]
      var bases: [[AdmissionInstance.Item]] = []
      for items in all {
        guard let (base, rest) = split(items, running, capacity) else { continue }
        if byBase[base] == nil { bases.append(base) }
        byBase[base, default: []].append(rest)
      }
      let waiting = byBase
      for isNamedBackwards in backwards {
        var setting = AdmissionInstance(capacity: SmallAmount(cpu: capacity, gpu: 0), maxBypass: 16)
        setting.isNamedBackwards = isNamedBackwards
        count += await compare([setting], running: bases) { waiting[$0] ?? [] }
      }
    }
    return count
  }

  /// All graphs of a size with at least one edge.
  private static func graphs(
    of size: Int, _ priorities: ClosedRange<Int>, _ cores: ClosedRange<Int>
  ) -> [[AdmissionInstance.Item]] {
    var found: [[AdmissionInstance.Item]] = [[]]
    for place in 0..<size {
      var next: [[AdmissionInstance.Item]] = []
      for items in found {
        for (cpu, isService) in cores.flatMap({ [($0, false), ($0, true)] }) {
          for priority in priorities {
            for needs in sequences(of: [0, 1, 2], place) {
              var item = AdmissionInstance.Item(request: SmallAmount(cpu: cpu, gpu: 0), priority: priority)
              item.isService = isService
              for (other, need) in needs.enumerated() where need > 0 {
                item.needs.append(.init(on: other, isRunning: need == 1))
              }
              if item.needs.contains(where: { !$0.isRunning && items[$0.on].isService }) { continue }
              next.append(items + [item])
            }
          }
        }
      }
      found = next
    }
    return found.filter { items in hasNoGaps(items) && items.contains { !$0.needs.isEmpty } }
  }

  /// Splits off the first items as running; `nil` if they can not run together.
  private static func split(
    _ items: [AdmissionInstance.Item], _ running: Int, _ capacity: Int
  ) -> (base: [AdmissionInstance.Item], waiting: [AdmissionInstance.Item])? {
    var base = Array(items.prefix(running))
    if base.contains(where: { $0.needs.contains { !$0.isRunning } }) { return nil }
    if base.reduce(0, { $0 + $1.request.cpu }) > capacity { return nil }
    for place in base.indices { base[place].isRunning = true }
    return (base, Array(items.dropFirst(running)))
  }

  /// Up to four jobs with a maximum, an expected or an unknown runtime: which of them pass the first one that does not
  /// fit.
  @Test func `every small backfill is admitted by the rules`() async {
    typealias Item = AdmissionInstance.Item
    let requests = [(1, 0), (2, 0), (0, 1), (1, 1)].map { SmallAmount(cpu: $0.0, gpu: $0.1) }
    func kinds(_ runtimes: [(Int?, Bool)]) -> [Item] {
      requests.flatMap { request in
        runtimes.map { Item(request: request, runtime: $0.0, isBounded: $0.1) }
      }
    }
    // The running ones have 5 s or 15 s left.
    let before = kinds([(nil, true), (10, true), (20, false), (20, true)])
    let after = kinds([(nil, true), (5, true), (5, false), (8, true)])
    // Nothing is preempted, so that the order of the running ones does not matter.
    func kindOrder(_ item: Item) -> Int { before.firstIndex(of: item) ?? 0 }
    var count = 0
    for maxBypass in [0, 1] {
      let setting = AdmissionInstance(capacity: SmallAmount(cpu: 2, gpu: 1), maxBypass: maxBypass)
      for running in 1...2 {
        let bases = Self.sequences(of: before, running).filter { items in
          items.reduce(SmallAmount(cpu: 0, gpu: 0)) { $0 + $1.request }.fits(in: setting.capacity)
            && zip(items, items.dropFirst()).allSatisfy { kindOrder($0) <= kindOrder($1) }
        }.map { items in
          items.map { item in
            var item = item
            item.isRunning = true
            return item
          }
        }
        let waiting = Self.sequences(of: after, 2)
        count += await Self.compare([setting], running: bases) { _ in waiting }
      }
    }
    print("admission: \(count) backfills")
    #expect(count > 10_000)
  }

  /// Up to two running jobs, one that may preempt some of them, and one or two that are declared while those stop.
  @Test func `every small succession is admitted by the rules`() async {
    typealias Item = AdmissionInstance.Item
    var count = 0
    for (capacity, most) in [(SmallAmount(cpu: 3, gpu: 0), 4), (SmallAmount(cpu: 2, gpu: 1), 4)] {
      let setting = AdmissionInstance(capacity: capacity, maxBypass: 16)
      let requests = (1...7).map { SmallAmount(cpu: $0 / 2, gpu: $0 % 2) }.filter { $0.fits(in: capacity) }
      let kinds = requests.flatMap { request in (1...3).map { Item(request: request, priority: $0) } }
      for running in 1...(most - 2) {
        count += await Self.compare([setting], running: Self.running(kinds, running, in: capacity)) { base in
          (2...(most - running)).flatMap { Self.sequences(of: kinds, $0) }.map { items in
            items.indices.map { place in
              var item = items[place]
              item.isLate = place > 0
              return item
            }
          }.filter { items in
            // If nothing stops for the first, the case is an ordinary queue.
            Self.isCanonical(base, items) && Self.areInOrder(Array(items.dropFirst()))
              && base.contains { $0.isPreemptible && $0.priority < items[0].priority }
          }
        }
      }
    }
    print("admission: \(count) successions")
    #expect(count > 5_000)
  }
}
