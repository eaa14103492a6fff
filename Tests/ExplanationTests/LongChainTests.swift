import BerthTestSupport
import FleetCore
import FleetModel
import PlanModel
import Testing

@testable import Reports

/// Explanations of the last deployment of a long chain: the work grows with the length of the chain.
@Suite struct LongChainTests {
  private func chain(_ count: Int, runtime: TimeSpan? = nil, suspendsFirst: Bool = false) throws -> Scenario {
    var scenario = Scenario(["lab": (64, 64, 0)])
    for index in 0..<count {
      scenario.job("n\(index)", after: index == 0 ? [] : ["n\(index - 1)"]) { spec in
        spec.traits.maxRuntime = runtime
        spec.traits.suspend = suspendsFirst && index == 0
      }
    }
    try scenario.apply()
    return scenario
  }

  private func explained(_ scenario: Scenario, _ count: Int) throws -> (explanation: Explanation, work: ExplanationWork)
  {
    try #require(try scenario.fleet.explained(scenario.identity("n\(count - 1)"), now: scenario.now))
  }

  @Test(arguments: [false, true])
  func `each link of a chain is examined a bounded number of times`(isSuspended: Bool) throws {
    for count in [50, 400, 1600] {
      let scenario = try chain(count, suspendsFirst: isSuspended)
      let (explanation, work) = try explained(scenario, count)
      #expect(explanation.chain.count == count)
      #expect(work.links <= 16 * count && work.steps <= 32 * count, "\(count): \(work)")
      let starts = explanation.suggestions.map(\.start)
      let others = (0..<count - 1).map { scenario.identity("n\($0)") }
      #expect(starts.contains(.once(others, at: nil)))
    }
  }

  @Test func `a chain of known runtimes starts when the last but one ends`() throws {
    let scenario = try chain(300, runtime: .seconds(60))
    let (explanation, _) = try explained(scenario, 300)
    #expect(explanation.start == .at(scenario.now + .seconds(299 * 60)))
  }

  @Test func `of a long chain both ends are shown`() throws {
    let scenario = try chain(500)
    let text = ExplanationText().text(try explained(scenario, 500).explanation)
    #expect(text.contains("n499 waits for n498 to complete"))
    #expect(text.contains("… 479 more, each waiting for the next"))
    #expect(text.contains("n0 is running"))
    #expect(text.contains("it starts after n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, … (479 more), n489"))
    #expect(text.utf8.count < 5000)
  }
}
