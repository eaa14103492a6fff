import FleetModel
import Foundation
import StateStore
import TestKit
import Testing

extension EndToEndTests {
  /// One action on one object, as both the plan and the events have it.
  private struct ObjectAction: Hashable, CustomStringConvertible {
    var action: String
    var object: String
    var description: String { "\(action) \(object)" }
  }

  /// The plan is what happens. If nothing ends by itself, apply does exactly what diff showed just before, no more and
  /// no less.
  @Test(arguments: 1...8) func `apply does exactly what diff showed`(seed: UInt64) throws {
    try compare(seed: seed, isStill: true)
  }

  /// If jobs end while apply works, it does what the plan shows, and beyond that only what follows from an ended run.
  @Test(arguments: 101...106) func `actions beyond the plan follow the end of a run`(seed: UInt64) throws {
    try compare(seed: seed, isStill: false)
  }

  private func compare(seed: UInt64, isStill: Bool) throws {
    var numbers = SeededGenerator(seed: seed)
    var fleet = GeneratedManifests(isStill: isStill, using: &numbers)
    let home = try BerthHome()
    var count = 0
    for revision in 1...4 {
      let when = "seed \(seed), revision \(revision)"
      if revision > 1 { fleet.change(using: &numbers) }
      try home.write(fleet.text)
      let before = revision == 1 ? 0 : try home.store().events().last?.number ?? 0
      let diff = try home.berth("diff", home.manifests, "-o", "json", "--confirm-prune", "0")
      try #require(diff.status == 0, "\(when): \(diff.error)")
      let planned = try Self.actions(ofPlan: diff.output)
      let apply = try home.apply("-o", "json")
      try #require(apply.status == 0, "\(when): \(apply.error)")
      // Before the first apply there is no state. Nothing else may differ.
      let shown = diff.output.replacing("\"offline\": true", with: "\"offline\": false")
      let isSame = Self.untimed(apply.output) == Self.untimed(shown)
      if isStill { #expect(isSame, "\(when): apply shows another plan\n\(shown)\n\(apply.output)") }
      let events = try home.store().events(EventFilter(after: before))
      var open = planned
      var hasEnded = false
      for event in events.map(\.event) {
        // The end of a requested stop was planned; a run's own end was not.
        if [.ended, .completed, .failed].contains(event.code) { hasEnded = true }
        guard let action = event.code.flatMap({ Self.actions[$0] }) else { continue }
        let done = ObjectAction(action: action, object: event.subject.path)
        count += 1
        if let index = open.firstIndex(of: done) {
          open.remove(at: index)
        } else {
          #expect(!isStill && hasEnded, "\(when): \(done) was not in the plan\n\(apply.error)")
        }
      }
      // A run that ended between diff and apply can make a planned action needless.
      if isStill { #expect(open.isEmpty, "\(when): planned and not done: \(open)\n\(apply.error)") }
      // And there is nothing left to do.
      let after = try home.berth("diff", home.manifests, "--exit-code")
      if isStill { #expect(after.status == 0, "\(when): \(after.output)") }
    }
    #expect(count > 8)
  }

  /// Returns a plan without its expected instants, which depend on when it was made.
  private static func untimed(_ plan: String) -> String {
    plan.replacing(#/"(from|until|at)": "[-0-9:TZ]+"/#, with: "\"at\": \"then\"")
      .replacing(#/"(inSeconds|secondsLost|gpuSecondsLost)": [0-9]+/#, with: "\"seconds\": 0")
  }

  /// The events by which an action is recorded.
  private static let actions: [EventCode: String] = [
    .created: "register", .updated: "update", .admitted: "start", .stopping: "stop", .deleted: "prune",
  ]

  /// The actions of a plan that do something, from its JSON form.
  private static func actions(ofPlan json: String) throws -> [ObjectAction] {
    let plan = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    let actions = try #require(plan["actions"] as? [[String: Any]])
    return try actions.compactMap { action in
      let code = try #require(action["action"] as? String)
      let object = try #require((action["object"] as? [String: Any])?["identity"] as? String)
      return code == "hold" ? nil : ObjectAction(action: code, object: object)
    }
  }
}
