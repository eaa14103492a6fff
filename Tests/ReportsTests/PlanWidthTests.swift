import FleetModel
import PlanModel
import TestKit
import Testing

@testable import Reports

@Suite struct PlanWidthTests {
  @Test func `a wide terminal shows new objects beside the actions`() throws {
    try expect(PlanText(width: 200).text(SamplePlans.first), isGolden: "first-200.txt")
    try expect(PlanText(width: 200).text(SamplePlans.changed), isGolden: "changed-200.txt")
  }

  /// Three thousand new jobs, a thousand of them waiting for one, and changes of several kinds.
  private var long: Plan {
    var plan = Plan(source: "default")
    plan.unchanged = 1
    for number in 1...3000 {
      let cluster = number % 3 == 0 ? SamplePlans.other : SamplePlans.lab
      let identity = SamplePlans.object("job-\(number)", on: cluster)
      plan.changes.append(
        Change(.create, identity, fields: [FieldDifference(path: "image", old: nil, new: "vision/train:1")]))
      plan.actions.append(Action(.register, identity))
      if number <= 16 {
        plan.actions.append(Action(.start(.new), identity))
      } else if number % 3 == 0 {
        plan.actions.append(
          Action(.hold(.waitsForDependency(SamplePlans.on(SamplePlans.other, "job-3"), until: .completed)), identity))
      } else if number % 3 == 1 {
        plan.actions.append(Action(.hold(.insufficientCapacity([SamplePlans.gpuShort])), identity))
      } else {
        plan.actions.append(
          Action(.hold(.waitsForDependency(SamplePlans.on("job-\(number - 1)"), until: .completed)), identity))
      }
    }
    for number in 1...5 {
      let same = FieldDifference(path: "priority", old: "low", new: "high")
      let other = FieldDifference(path: "env.SEED", old: "\(number)", new: "\(number + 1)", forcesNewRun: true)
      plan.changes.append(Change(.update, SamplePlans.object("same-\(number)"), fields: [same]))
      plan.actions.append(Action(.update, SamplePlans.object("same-\(number)")))
      plan.changes.append(Change(.replace, SamplePlans.object("other-\(number)"), fields: [other]))
      plan.actions += [
        Action(.stop(.replaced), SamplePlans.object("other-\(number)")),
        Action(.start(.replacement), SamplePlans.object("other-\(number)")),
      ]
    }
    plan.changes.append(Change(.delete, SamplePlans.object("gone")))
    plan.actions.append(Action(.prune, SamplePlans.object("gone")))
    return plan
  }

  @Test func `a long plan groups similar objects`() throws {
    try expect(PlanText(width: 80).text(long), isGolden: "long.txt")
    let full = PlanText(width: 80, isFull: true).text(long)
    #expect((1...3000).allSatisfy { full.contains("+ job-\($0) ") })
    #expect(!full.contains("--full"))
  }

  @Test func `wide characters take two columns and combining marks none`() {
    #expect(VisibleText.width("日本") == 4 && VisibleText.width("e\u{301}") == 1 && VisibleText.width("👩‍🔬🚀") == 4)
    #expect(VisibleText.elided("a-long-name-17", to: 9) == "a-lo…e-17")
    #expect(VisibleText.elided("train", to: 5) == "train")
    for width in 3...30 {
      #expect(VisibleText.width(VisibleText.elided("名前-of-a-deployment-e\u{301}🚀", to: width)) <= width)
    }
  }
}
