import BerthTestSupport
import FleetCore
import FleetModel
import PlanModel
import Reports
import TestKit
import Testing

/// `why` tries its suggestions out itself. Here they are carried out once more by other means, as a person would.
@Suite struct SuggestionTests {
  @Test(arguments: Situation.Lack.allCases, 1...3)
  func `every suggestion starts the deployment`(_ lack: Situation.Lack, _ seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let situation = try Situation(lack, &random)
    let scenario = situation.scenario
    let explanation = try #require(
      try scenario.fleet.explanation(of: scenario.identity(Situation.target), now: scenario.now))
    let text = ExplanationText(width: 100).text(explanation)
    #expect(situation.codes.isEmpty || situation.codes.contains(explanation.reason?.code ?? "none"), "\(text)")
    #expect(!explanation.suggestions.isEmpty, "\(text)")
    #expect(explanation.suggestions.map(\.kind) == explanation.suggestions.map(\.kind).sorted(), "\(text)")
    for suggestion in explanation.suggestions {
      var following = Following(scenario: scenario, target: Situation.target)
      let starts = try following.starts(by: suggestion)
      #expect(
        starts, "\(lack) \(seed): \(suggestion.kind) leaves it \(following.scenario.state(Situation.target))\n\(text)")
    }
  }
}

extension SuggestionTests {
  /// Smaller requests and other clusters are tried before a higher priority, also behind a long queue.
  @Test func `behind a long queue every kind of remedy is tried`() throws {
    var scenario = Scenario(["lab": (640, 80, 8), "spare": (640, 80, 8)])
    scenario.job("running", gpuMilli: 6000) { $0.traits.expectedRuntime = .seconds(7200) }
    try scenario.apply()
    for index in 10..<40 {
      scenario.advance(1)
      scenario.job("ahead-\(index)", gpuMilli: 4000) { $0.traits.expectedRuntime = .seconds(3600) }
      try scenario.apply()
    }
    scenario.advance(1)
    scenario.job("target", gpuMilli: 4000) { $0.traits.expectedRuntime = .seconds(3600) }
    try scenario.apply()
    let explanation = try #require(try scenario.fleet.explanation(of: scenario.identity("target"), now: scenario.now))
    let kinds = explanation.suggestions.map(\.kind)
    #expect(kinds.contains(.less), "\(kinds)")
    #expect(kinds.contains(.move), "\(kinds)")
    #expect(kinds.contains(.wait), "\(kinds)")
  }

  /// A queue of jobs without any declared runtime.
  @Test func `behind a queue of unknown length another cluster is tried`() throws {
    var scenario = Scenario(["lab": (640, 80, 8), "spare": (640, 80, 8)])
    scenario.job("running", gpuMilli: 8000)
    try scenario.apply()
    for index in 10..<40 {
      scenario.advance(1)
      scenario.job("ahead-\(index)", gpuMilli: 4000)
      try scenario.apply()
    }
    scenario.advance(1)
    scenario.job("target", gpuMilli: 4000)
    try scenario.apply()
    let explanation = try #require(try scenario.fleet.explanation(of: scenario.identity("target"), now: scenario.now))
    #expect(explanation.suggestions.map(\.kind).contains(.move), "\(explanation.suggestions.map(\.kind))")
  }
}
