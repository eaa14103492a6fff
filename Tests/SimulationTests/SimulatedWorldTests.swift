import BerthTestSupport
import Foundation
import TestKit
import Testing

/// Worlds with failures and crashes, each from a seed that `BERTH_WORLDS` chooses. `BERTH_DIGEST=1` prints a digest of
/// all of them.
@Suite struct SimulatedWorldTests {
  @Test func `every world keeps its invariants and converges`() async throws {
    let seeds = try TestVariable("BERTH_WORLDS").seeds(default: 1000)
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
    if try TestVariable("BERTH_DIGEST").flag() {
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
