import FleetModel
import Foundation
import StateStore
import Testing

extension EndToEndTests {
  /// What is done to one object, as the plan and the events both have it.
  private struct Deed: Hashable, CustomStringConvertible {
    var action: String
    var object: String
    var description: String { "\(action) \(object)" }
  }

  /// The promise of the whole: what the plan shows is what happens. Where nothing ends by itself, apply does exactly what
  /// diff has shown just before, no more and no less.
  @Test(arguments: 1...8) func `apply does exactly what diff showed`(seed: UInt64) throws {
    try compare(seed: seed, isStill: true)
  }

  /// Where jobs end while apply works, it does what the plan shows, and beyond that only what follows the end of a run.
  @Test(arguments: 101...106) func `actions beyond the plan follow the end of a run`(seed: UInt64) throws {
    try compare(seed: seed, isStill: false)
  }

  private func compare(seed: UInt64, isStill: Bool) throws {
    var numbers = SeededNumbers(state: seed)
    var fleet = GeneratedFleet(isStill: isStill, using: &numbers)
    let place = try Workplace()
    var deeds = 0
    for revision in 1...4 {
      let when = "seed \(seed), revision \(revision)"
      if revision > 1 { fleet.change(using: &numbers) }
      try place.write(fleet.text)
      let before = revision == 1 ? 0 : try place.store().events().last?.number ?? 0
      let diff = try place.berth("diff", place.manifests, "-o", "json", "--confirm-prune", "0")
      try #require(diff.status == 0, "\(when): \(diff.error)")
      let planned = try Self.deeds(ofPlan: diff.output)
      let apply = try place.apply("-o", "json")
      try #require(apply.status == 0, "\(when): \(apply.error)")
      // Before the first apply there is no state: that is all in which the two may differ.
      let shown = diff.output.replacing("\"offline\": true", with: "\"offline\": false")
      let isSame = Self.untimed(apply.output) == Self.untimed(shown)
      if isStill { #expect(isSame, "\(when): apply shows another plan\n\(shown)\n\(apply.output)") }
      let events = try place.store().events(EventFilter(after: before))
      var open = planned
      var hasEnded = false
      for event in events.map(\.event) {
        // A stop that was asked for is no surprise; what comes of a run's own end is.
        if [.ended, .completed, .failed].contains(event.code) { hasEnded = true }
        guard let action = event.code.flatMap({ Self.actions[$0] }) else { continue }
        let deed = Deed(action: action, object: event.subject.path)
        deeds += 1
        if let index = open.firstIndex(of: deed) {
          open.remove(at: index)
        } else {
          #expect(!isStill && hasEnded, "\(when): \(deed) was not in the plan\n\(apply.error)")
        }
      }
      // A run that has ended between diff and apply can make a planned step needless.
      if isStill { #expect(open.isEmpty, "\(when): planned and not done: \(open)\n\(apply.error)") }
      // And there is nothing left to do.
      let after = try place.berth("diff", place.manifests, "--exit-code")
      if isStill { #expect(after.status == 0, "\(when): \(after.output)") }
    }
    #expect(deeds > 8)
  }

  /// A plan without the moments at which it expects things, which are counted from when it is made.
  private static func untimed(_ plan: String) -> String {
    plan.replacing(#/"(from|until|at)": "[-0-9:TZ]+"/#, with: "\"at\": \"then\"")
      .replacing(#/"(inSeconds|secondsLost|gpuSecondsLost)": [0-9]+/#, with: "\"seconds\": 0")
  }

  /// The events by which an action is recorded.
  private static let actions: [EventCode: String] = [
    .created: "register", .updated: "update", .admitted: "start", .stopping: "stop", .deleted: "prune",
  ]

  /// The actions of a plan that do something, from its JSON form.
  private static func deeds(ofPlan json: String) throws -> [Deed] {
    let plan = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    let actions = try #require(plan["actions"] as? [[String: Any]])
    return try actions.compactMap { action in
      let code = try #require(action["action"] as? String)
      let object = try #require((action["object"] as? [String: Any])?["identity"] as? String)
      return code == "hold" ? nil : Deed(action: code, object: object)
    }
  }
}
