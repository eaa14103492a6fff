import BerthTestSupport
import Foundation
import Testing

/// `BERTH_SEEDS=COUNT` or `FIRST+COUNT` chooses the seeds; 1,000 from 1 otherwise.
private let seeds: Range<UInt64> = {
  let parts = (ProcessInfo.processInfo.environment["BERTH_SEEDS"] ?? "1000").split(separator: "+").compactMap {
    UInt64($0)
  }
  let (first, count) = parts.count == 2 ? (parts[0], parts[1]) : (1, parts.first ?? 1000)
  return first..<first + count
}()

@Suite struct SimulatedWorldTests {
  @Test func `every world keeps its invariants and converges`() async {
    let width = max(2, ProcessInfo.processInfo.activeProcessorCount)
    var digest: UInt64 = 0
    var commits = 0
    await withTaskGroup(of: Result<WorldOutcome, any Error>.self) { group in
      var next = seeds.makeIterator()
      var failures = 0
      func add() {
        guard failures < 3, let seed = next.next() else { return }
        group.addTask { await onOwnThread { Result { try SimulatedWorld.live(seed: seed) } } }
      }
      for _ in 0..<width { add() }
      for await result in group {
        switch result {
        case .success(let outcome):
          digest ^= outcome.digest &* (outcome.seed | 1)
          commits += outcome.commits
        case .failure(let error):
          failures += 1
          Issue.record("\(error)")
        }
        add()
      }
    }
    if ProcessInfo.processInfo.environment["BERTH_DIGEST"] != nil {
      print("worlds \(seeds.count), commits \(commits), digest \(String(digest, radix: 16))")
    }
  }

  @Test(arguments: [3, 14, 159])
  func `the same seed gives the same trace`(seed: UInt64) throws {
    var first = try SimulatedWorld(seed: seed)
    var second = try SimulatedWorld(seed: seed)
    #expect(try first.run().digest == second.run().digest)
  }
}
