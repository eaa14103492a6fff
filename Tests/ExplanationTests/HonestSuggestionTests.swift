import BerthTestSupport
import FleetCore
import FleetModel
import PlanModel
import Reports
import TestKit
import Testing

/// Promises of `why` come true, and its proposals can be written and applied as it says.
@Suite struct HonestSuggestionTests {
  private let options = ComparisonOptions(source: "default", binding: "/manifests")

  private func explanation(_ scenario: Scenario, _ name: String, _ events: [Event] = []) throws -> Explanation {
    try #require(
      try scenario.fleet.explanation(of: scenario.identity(name), beginningWith: events, now: scenario.now))
  }

  /// The edited paths and other remedies of a suggestion.
  private func remedies(_ suggestion: Suggestion) -> [String] {
    suggestion.remedies.flatMap { remedy in
      switch remedy {
      case .edit(let edit): edit.fields.map(\.path)
      case .retry: ["retry"]
      case .provideSecret: ["secret"]
      case .repairEngine: ["engine"]
      case .apply: ["apply"]
      }
    }
  }

  @Test(arguments: ["suspended", "failed", "completed"])
  func `a missing secret belongs to what would start a deployment that does not wait for it yet`(
    _ state: String
  ) throws {
    var scenario = Scenario()
    scenario.job("train") {
      $0.env["T"] = .secret(.fromEnv("T"))
      $0.traits.suspend = state == "suspended"
    }
    try scenario.apply()
    if state != "suspended" { scenario.end("train", .exited(status: state == "failed" ? 1 : 0)) }
    let id = try #require(scenario.fleet.deploymentID(of: scenario.identity("train")))
    let barrier = ["suspended": "spec.suspend", "failed": "retry", "completed": "spec.rerun"][state] ?? ""
    let found = try explanation(scenario, "train", [.secretsMissing([id: "T is not set"])]).suggestions
    #expect(found.map(remedies).map(Set.init) == [[barrier, "secret"]])
    #expect(try explanation(scenario, "train").suggestions.map(remedies) == [[barrier]])
  }

  @Test func `after a run that needed more memory, more memory is what helps`() throws {
    var scenario = Scenario(["lab": (6, 8, 0)])
    scenario.job("train", ram: 2)
    try scenario.apply()
    scenario.end("train", .ramExceeded)
    func suggestions(_ outcome: RunOutcome?) throws -> (kinds: [Suggestion.Kind], text: String) {
      let explanation = try #require(
        try scenario.fleet.explanation(of: scenario.identity("train"), lastOutcome: outcome, now: scenario.now))
      return (explanation.suggestions.map(\.kind), ExplanationText().text(explanation))
    }
    let (kinds, text) = try suggestions(.ramExceeded)
    #expect(kinds == [.more, .unblock])
    #expect(text.contains("1. Request more memory: it starts now\n     train: spec.resources.ram 2Gi → 4Gi"))
    #expect(text.contains("it starts now, and is stopped again if it still needs more memory than it requests"))
    #expect(try suggestions(.exited(status: 1)).kinds == [.unblock])
    scenario.deployments["train"]?.traits.resources.ramBytes = 6 << 30
    try scenario.apply()
    scenario.end("train", .ramExceeded)
    #expect(try suggestions(.ramExceeded).kinds == [.unblock])
  }

  @Test func `a deployment on a cluster that holds too much starts when enough has ended`() throws {
    var scenario = Scenario(["lab": (16, 8, 2)])
    scenario.job("one", gpuMilli: 1000)
    scenario.job("two", gpuMilli: 1000)
    try scenario.apply()
    scenario.clusters["lab"] = Scenario.resources(ram: 16, cpu: 8, gpuMilli: 1000)
    scenario.job("plain")
    try scenario.apply()
    let found = try explanation(scenario, "plain")
    #expect(found.reason?.code == "overcommitted")
    #expect(found.start == .unknown(.endsUnknown([scenario.identity("one"), scenario.identity("two")])))
    scenario.end("one")
    #expect(scenario.state("plain") == "RUNNING")
  }

  @Test func `a move names each field once, with its whole value`() throws {
    var scenario = Scenario(["lab": (16, 8, 1), "other": (16, 8, 1)])
    for name in ["fetch", "clean", "other/tokens"] { scenario.job(name) }
    scenario.service("db")
    scenario.job("hog", gpuMilli: 1000) { $0.traits.priority = .high }
    try scenario.apply()
    for name in ["fetch", "clean", "other/tokens"] { scenario.end(name) }
    scenario.job("train", gpuMilli: 1000, after: ["fetch", "clean", "other/tokens"], with: ["db"])
    try scenario.apply()
    let move = try #require(try explanation(scenario, "train").suggestions.first { $0.kind == .move })
    guard case .edit(let edit) = move.remedies.first else {
      Issue.record("no edit")
      return
    }
    let paths = edit.fields.map(\.path)
    #expect(Set(paths).count == paths.count)
    let field = edit.fields.first { $0.path == "spec.dependsOn" }
    #expect(field?.old == "[clean, {name: db, until: running}, fetch, other/tokens]")
    #expect(field?.new == "[lab/clean, {name: lab/db, until: running}, lab/fetch, tokens]")
  }

  /// The what-if changes of an edit; nil if `--what-if` can't express it.
  private func assumptions(_ edit: ManifestEdit) -> [WhatIf]? {
    var found: [WhatIf] = []
    for field in edit.fields {
      guard let new = field.new else { return nil }
      switch field.path {
      case "spec.priority":
        guard let priority = Priority.allCases.first(where: { $0.text == new }) else { return nil }
        found.append(WhatIf(edit.object, .priority(priority)))
      case "spec.suspend": found.append(WhatIf(edit.object, .suspend(new == "true")))
      case "spec.resources.ram", "spec.capacity.ram":
        guard let bytes = QuantityParser.ramBytes(new) else { return nil }
        found.append(WhatIf(edit.object, .amount(.ram, bytes)))
      case "spec.resources.cpu", "spec.capacity.cpu", "spec.resources.gpu", "spec.capacity.gpu":
        guard let milli = QuantityParser.milli(new) else { return nil }
        found.append(WhatIf(edit.object, .amount(field.path.hasSuffix("cpu") ? .cpu : .gpu, milli)))
      default: return nil
      }
    }
    return found
  }

  @Test(arguments: Situation.Lack.allCases)
  func `what a suggestion says starts now, diff --what-if starts, too`(lack: Situation.Lack) throws {
    for seed in 1...12 {
      var random = SeededGenerator(seed: UInt64(seed))
      let scenario = try Situation(lack, &random).scenario
      for suggestion in try explanation(scenario, Situation.target).suggestions where suggestion.start == .now {
        var changes: [WhatIf]? = []
        for remedy in suggestion.remedies {
          if case .edit(let edit) = remedy, let more = assumptions(edit) {
            changes?.append(contentsOf: more)
          } else {
            changes = nil
          }
        }
        guard let changes, !changes.isEmpty else { continue }
        var desired = scenario.desired
        let further = try scenario.fleet.suppose(changes, in: &desired, options)
        let comparison = try scenario.fleet.compare(
          desired, secrets: ResolvedSecrets(), options: options)
        let plan = scenario.fleet.plan(
          comparison, beginningWith: scenario.fleet.beginning(comparison) + further, now: scenario.now)
        let starts = plan.actions.contains {
          if case .start = $0.kind { $0.identity == .deployment(scenario.identity(Situation.target)) } else { false }
        }
        #expect(starts, "\(lack) \(seed): \(suggestion.kind) \(changes)")
      }
    }
  }

  @Test func `an assumption that manifests could not express is refused`() throws {
    var scenario = Scenario(["lab": (16, 8, 2)])
    scenario.job("big", ram: 8, gpuMilli: 2000)
    scenario.job("small")
    try scenario.apply()
    let lab = ObjectIdentity.cluster(scenario.identity("big").cluster)
    func suppose(_ changes: [WhatIf]) throws -> ImpossibleAssumption? {
      var desired = scenario.desired
      do { _ = try scenario.fleet.suppose(changes, in: &desired, options) } catch let problem as ImpossibleAssumption {
        return problem
      }
      return nil
    }
    let shrunk = try suppose([WhatIf(lab, .amount(.gpu, 1000))])
    #expect(shrunk?.deployment == scenario.identity("big") && shrunk?.dimension == .gpu)
    #expect(shrunk?.requested == 2000 && shrunk?.total == 1000)
    let grown = WhatIf(.deployment(scenario.identity("small")), .amount(.cpu, 9000))
    #expect(try suppose([grown])?.deployment == scenario.identity("small"))
    #expect(try suppose([grown, WhatIf(lab, .amount(.cpu, 9000))]) == nil)
    scenario.end("big")
    // What has completed needs no room again.
    #expect(try suppose([WhatIf(lab, .amount(.gpu, 1000))]) == nil)
  }

  /// A holder, a head that needs the whole cluster, and a small job that would end long after the head begins.
  private func behindHead(expected: Int64) throws -> Scenario {
    var scenario = Scenario(["lab": (16, 4, 0)])
    scenario.job("holder", cpu: 3) { $0.traits.maxRuntime = .seconds(300) }
    try scenario.apply()
    scenario.job("head", cpu: 4)
    try scenario.apply()
    scenario.job("small", cpu: 1) { $0.traits.expectedRuntime = .seconds(expected) }
    try scenario.apply()
    return scenario
  }

  @Test(arguments: [(7200, false), (301, false), (200, true)])
  func `no bound is proposed that would stop a job before it is done`(expected: Int64, isProposed: Bool) throws {
    let found = try explanation(try behindHead(expected: expected), "small").suggestions
    #expect(found.contains { $0.kind == .bound } == isProposed, "\(found.map(\.kind))")
  }

  @Test func `the capacity that is proposed is the smallest that helps`() throws {
    let found = try explanation(try behindHead(expected: 7200), "small").suggestions
    let capacities = found.filter { $0.kind == .capacity }.flatMap(\.remedies).compactMap { remedy in
      if case .edit(let edit) = remedy { edit.fields.map { "\($0.path) \($0.new ?? "")" } } else { nil }
    }
    #expect(capacities.flatMap { $0 } == ["spec.capacity.cpu 5"])
  }
}
