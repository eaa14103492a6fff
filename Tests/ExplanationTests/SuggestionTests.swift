import BerthTestSupport
import FleetCore
import FleetModel
import PlanModel
import Reports
import Testing

/// What is suggested was tried out by `why` itself; here it is done once more by other means, as a person would.
@Suite struct SuggestionTests {
  @Test(arguments: Situation.Lack.allCases, 1...3)
  func everySuggestionStartsTheDeployment(_ lack: Situation.Lack, _ seed: Int) throws {
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
