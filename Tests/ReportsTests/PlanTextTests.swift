import Diagnostics
import FleetModel
import Foundation
import PlanModel
import TestKit
import Testing

@testable import Reports

@Suite struct PlanTextTests {
  @Test func `a first plan shows each object and its waits`() throws {
    try expect(PlanText(width: 80).text(SamplePlans.first), isGolden: "first.txt")
  }

  @Test func `changes show their fields, and actions their reasons`() throws {
    try expect(PlanText(width: 80).text(SamplePlans.changed), isGolden: "changed.txt")
  }

  @Test func `refusals come with a way out, and control characters are escaped`() throws {
    let text = PlanText(width: 80).text(SamplePlans.refused)
    #expect(!text.unicodeScalars.contains { $0 == "\u{1b}" || $0 == "\u{202e}" })
    try expect(text, isGolden: "refused.txt")
  }

  @Test func `no line but the fixed summary is wider than asked`() {
    for plan in [SamplePlans.first, SamplePlans.changed, SamplePlans.refused] {
      for line in PlanText(width: 60).text(plan).split(separator: "\n") where !line.hasPrefix("Plan: ") {
        // A word wider than its column stays whole, so that it can be copied.
        if line.split(separator: " ").count == 1 { continue }
        #expect(VisibleText.width(String(line)) <= 60, "\(line)")
      }
    }
  }

  @Test func `colors add nothing but colors`() {
    for plan in [SamplePlans.first, SamplePlans.changed, SamplePlans.refused] {
      let colored = PlanText(width: 80, palette: .ansi).text(plan)
      #expect(colored.contains("\u{1b}["))
      #expect(colored.replacing(/\u{1b}\[[0-9;]*m/, with: "") == PlanText(width: 80).text(plan))
    }
  }

  @Test func `an empty plan says so`() {
    var plan = Plan(source: "default")
    plan.unchanged = 1
    #expect(
      PlanText().text(plan) == """
        1 object unchanged.
        Plan: 0 to create, 0 to update, 0 to replace, 0 to delete; 0 starting, 0 waiting, 0 preempted.

        """)
  }

  @Test func `an edited and preempted deployment is marked stopped and counted updated`() {
    let (victim, head) = (SamplePlans.on("sweep"), SamplePlans.on("head"))
    var plan = Plan(source: "default")
    let difference = FieldDifference(path: "priority", old: "high", new: "low")
    plan.changes = [Change(.update, .deployment(victim), fields: [difference])]
    plan.actions = [
      Action(.update, .deployment(victim)), Action(.preempt(for: head), .deployment(victim)),
      Action(.hold(.failed(runs: 1)), .deployment(SamplePlans.on("broken"))),
    ]
    let text = PlanText(width: 80).text(plan)
    #expect(text.contains("    ! sweep   is preempted for head\n        priority  high → low\n"), "\(text)")
    #expect(text.contains("      broken  has FAILED after 1 run"), "\(text)")
    #expect(!text.contains("…"), "\(text)")
  }

  @Test func `grouped rows still say that they are suspended`() {
    var plan = Plan(source: "default")
    for number in 0..<100 {
      let fields = [
        FieldDifference(path: "image", old: nil, new: "image-\(number)"),
        FieldDifference(path: "suspend", old: nil, new: number < 50 ? "true" : nil),
      ]
      plan.changes.append(Change(.create, .deployment(SamplePlans.on("d\(number)")), fields: fields))
    }
    let text = PlanText(width: 80).text(plan)
    #expect(text.contains("+ 50 deployments  suspended\n"), "\(text)")
    #expect(text.components(separatedBy: "+ 50 deployments").count == 3, "\(text)")
  }

  @Test func `a plan is written as JSON`() throws {
    try expect(SamplePlans.changed.json.text() + "\n", isGolden: "changed.json")
  }

  @Test func `refusals and notices are written as JSON`() throws {
    try expect(SamplePlans.refused.json.text() + "\n", isGolden: "refused.json")
  }
}
