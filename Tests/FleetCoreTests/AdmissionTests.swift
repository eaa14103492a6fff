import BerthTestSupport
import FleetModel
import PlanModel
import Testing

@testable import FleetCore

@Suite struct AdmissionTests {
  @Test func `three fractions of 0.6 do not fit two GPUs`() throws {
    var scenario = Scenario()
    for name in ["a", "b", "c"] { scenario.job(name, gpuMilli: 600) }
    #expect(
      try scenario.apply() == """
        register a
        register b
        register c
        start a (new)
        start b (new)
        hold c: insufficientCapacity
        """)
    #expect(scenario.end("a") == "start c (new)")
  }

  @Test func `only the dimensions that the head lacks are kept for it`() throws {
    var scenario = Scenario()
    scenario.scheduling.reservations = 0
    scenario.job("a", ram: 10) { $0.traits.priority = .high }
    scenario.job("b", ram: 10, gpuMilli: 1000)
    scenario.job("c", ram: 1, gpuMilli: 1000) { $0.traits.priority = .low }
    scenario.job("d", ram: 0, gpuMilli: 1000) { $0.traits.priority = .low }
    #expect(
      try scenario.apply() == """
        register a
        register b
        register c
        register d
        start a (new)
        start d (new)
        hold b: insufficientCapacity
        hold c: behindReservation
        """)
  }

  @Test func `the queue does not wait for room that only services hold`() throws {
    var scenario = Scenario()
    scenario.service("db", ram: 10)
    scenario.deployments["db"]?.traits.preemptible = false
    try scenario.apply()
    scenario.job("big", ram: 10) { $0.traits.priority = .high }
    scenario.job("small", ram: 2)
    #expect(
      try scenario.apply() == """
        register big
        register small
        start small (new)
        hold big: heldByServices
        """)
  }

  @Test func `a service does not start if its dependant would never fit beside it`() throws {
    var scenario = Scenario()
    scenario.service("db", ram: 10)
    scenario.job("load", ram: 10, with: ["db"])
    #expect(
      try scenario.apply() == """
        register db
        register load
        hold db: heldByServices
        hold load: heldByServices
        """)
  }

  /// The dependant has the first name and number. It must not be treated as one whose service is not placed.
  @Test func `a gang on two clusters starts together or not at all`() throws {
    var scenario = Scenario(["lab": (4, 8, 0), "far": (4, 8, 0)])
    scenario.service("far/z", ram: 3)
    scenario.job("a", ram: 3, with: ["far/z"])
    scenario.job("far/blocker", ram: 3) { $0.traits.priority = .high }
    #expect(
      try scenario.apply() == """
        register far/blocker
        register far/z
        register a
        start far/blocker (new)
        hold far/z: insufficientCapacity
        hold a: waitsForDependency
        """)
    #expect(scenario.end("far/blocker") == "start far/z (new)\nstart a (new)")
    #expect(scenario.state("a") == "RUNNING")
  }

  @Test func `priority is inherited across clusters until the dependant is suspended`() throws {
    var scenario = Scenario(["lab": (4, 8, 0), "far": (4, 8, 0)])
    scenario.job("far/feed") { $0.traits.priority = .low }
    scenario.job("train", after: ["far/feed"]) { $0.traits.priority = .high }
    try scenario.apply()
    #expect(scenario.fleet.effectivePriority(of: scenario.identity("far/feed")) == .high)
    scenario.deployments["train"]?.traits.suspend = true
    try scenario.apply()
    #expect(scenario.fleet.effectivePriority(of: scenario.identity("far/feed")) == .low)
  }

  @Test func `a capacity lowered below use stops and admits nothing`() throws {
    var scenario = Scenario()
    scenario.job("a", ram: 10)
    try scenario.apply()
    scenario.clusters["lab"] = Scenario.resources(ram: 8, cpu: 8)
    scenario.job("b")
    #expect(try scenario.apply() == "register b\nhold b: overcommitted")
    #expect(scenario.state("a") == "RUNNING")
    #expect(scenario.end("a") == "start b (new)")
  }

  @Test func `of several reasons to hold, the first in precedence is given`() throws {
    var scenario = Scenario()
    scenario.job("first") { $0.traits.suspend = true }
    scenario.job("train", ram: 99, after: ["first"]) {
      $0.traits.suspend = true
      $0.env["TOKEN"] = .secret(.fromEnv("TOKEN"))
    }
    scenario.missingSecrets = ["TOKEN"]
    scenario.user.active = false
    try scenario.apply()
    #expect(scenario.state("train") == "CANCELLED suspended")
    scenario.deployments["train"]?.traits.suspend = false
    try scenario.apply()
    #expect(scenario.state("train") == "PENDING ownerInactive")
    scenario.user.active = true
    try scenario.apply()
    #expect(scenario.state("train") == "PENDING neverFits")
    scenario.deployments["train"]?.traits.resources.ramBytes = 1 << 30
    try scenario.apply()
    #expect(scenario.state("train") == "PENDING waitsForDependency")
    scenario.deployments["train"]?.dependsOn = []
    try scenario.apply()
    #expect(scenario.state("train") == "PENDING secretUnavailable")
  }

  @Test func `large prunes, foreign objects and other bindings are refused`() throws {
    var scenario = Scenario()
    for index in 0..<8 { scenario.job("d\(index)") }
    try scenario.apply()
    for index in 0..<5 { scenario.deployments["d\(index)"] = nil }
    #expect(try scenario.comparison().refusals == [.deletesTooMuch(count: 5, of: 11)])
    #expect(try scenario.comparison { $0.confirmedDeletions = 4 }.refusals.count == 1)
    #expect(try scenario.comparison { $0.confirmedDeletions = 5 }.refusals == [])
    #expect(try scenario.comparison { $0.prunes = false }.revision.withdrawn == [])
    let other = try scenario.comparison { $0.source = "other" }
    #expect(other.refusals.contains(.ownedElsewhere(.deployment(scenario.identity("d5")), owner: "default")))
    #expect(
      try scenario.comparison { $0.binding = "/elsewhere" }.refusals.contains(.boundElsewhere(directory: "/manifests")))
    let moved = try scenario.comparison {
      $0.binding = "/elsewhere"
      $0.hasMoved = true
    }
    #expect(moved.refusals == [.deletesTooMuch(count: 5, of: 11)] && moved.revision.rebinds)
  }

  @Test func `a source is read from any directory of its place, and moves to another only if asked`() throws {
    var scenario = Scenario()
    scenario.job("d")
    try scenario.apply()
    for id in scenario.fleet.sources.keys { scenario.fleet.sources[id]?.place = "git.example.org/fleet//m" }
    func compared(_ place: String?) throws -> Comparison {
      try scenario.comparison {
        ($0.binding, $0.place) = ("/elsewhere", place)
      }
    }
    for place in [nil, "git.example.org/fleet//n"] {
      #expect(try compared(place).refusals == [.boundElsewhere(directory: "/manifests")])
    }
    let other = try compared("git.example.org/fleet//m")
    #expect(other.refusals == [] && other.revision.rebinds)
    // A name that follows from the place is its own evidence, also in states that have not recorded places.
    #expect(try compared("default").refusals == [])
  }

  @Test func `only what is named is taken over`() throws {
    var scenario = Scenario()
    for name in ["a", "b"] { scenario.job(name) }
    try scenario.apply()
    func refused(_ takeover: Takeover) throws -> Int {
      try scenario.comparison { ($0.source, $0.takeover) = ("other", takeover) }.refusals.count
    }
    let all = try refused(.nothing)
    #expect(all > 2)
    #expect(try refused(.all) == 0 && refused(.named(["default"])) == 0)
    let path = scenario.identity("a").text
    #expect(try refused(.named(["deployment/\(path)"])) == all - 1)
    // Without its kind, it may be the name of a source.
    for name in ["elsewhere", path, "cluster/\(path)"] { #expect(try refused(.named([name])) == all) }
  }

  @Test func `a source that declares nothing is told both confirmations at once`() throws {
    var scenario = Scenario()
    for index in 0..<4 { scenario.job("d\(index)") }
    try scenario.apply()
    let fleet = scenario.fleet
    var options = ComparisonOptions(source: "default", binding: "/manifests")
    func refusals() throws -> [Refusal] {
      try fleet.compare(DesiredState(declarations: []), secrets: ResolvedSecrets(), options: options).refusals
    }
    let owned = fleet.ownedCount(of: try #require(fleet.sourceID(named: "default")))
    #expect(try refusals() == [.emptySource(owned: owned), .deletesTooMuch(count: owned, of: owned)])
    options.allowsEmpty = true
    options.confirmedDeletions = owned
    #expect(try refusals() == [])
  }
}
