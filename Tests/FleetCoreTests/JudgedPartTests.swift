import BerthTestSupport
import FleetCore
import FleetModel
import PlanModel
import Testing

/// Comparisons of a part of a source, while the rest is known to be unchanged without being read.
@Suite struct JudgedPartTests {
  /// A deletion in a comparison of a part, with the names under which the deployment is deleted and recorded.
  struct Deletion: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var name: String
    var recorded: String?
    /// Whether the deployment is known to have no dependants outside of the part.
    var isClear: Bool
  }

  static let deletions = [
    Deletion(testDescription: "nothing depends on it", name: "alone", isClear: true),
    Deletion(testDescription: "its dependant was read", name: "read", isClear: true),
    Deletion(testDescription: "its dependant was not read", name: "needed", isClear: false),
    Deletion(
      testDescription: "its name passes to another, and its dependant was not read",
      name: DisplacedName.recorded("needed", number: 1), recorded: "needed", isClear: false),
    Deletion(
      testDescription: "its name passes to another, and nothing depends on it",
      name: DisplacedName.recorded("alone", number: 2), recorded: "alone", isClear: true),
    Deletion(testDescription: "it is not recorded", name: "other", isClear: false),
    Deletion(
      testDescription: "it is not recorded under its former name", name: "alone", recorded: "other", isClear: false),
  ]

  @Test(arguments: deletions) func `a part is judged by itself only if nothing unread can matter`(deletion: Deletion)
    throws
  {
    var scenario = Scenario()
    for name in ["needed", "alone", "read"] { scenario.job(name) }
    scenario.job("unread", after: ["needed"])
    scenario.job("dependant", after: ["read"])
    try scenario.apply()
    let fleet = scenario.fleet
    func object(_ name: String) -> ObjectIdentity { .deployment(scenario.identity(name)) }
    var vouched = UnchangedObjects()
    vouched.insert([try #require(fleet.row(of: object("unread"), namesSecret: false))], in: fleet)
    var comparison = try scenario.comparison()
    #expect(fleet.canJudge(comparison, of: [], unread: [], beside: vouched))
    comparison.changes = [
      Change(.delete, object(deletion.name), renamedFrom: deletion.recorded.map(object))
    ]
    #expect(fleet.canJudge(comparison, of: [], unread: [], beside: vouched) == deletion.isClear)
  }
}
