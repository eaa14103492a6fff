import BerthTestSupport
import FleetModel
import Testing

/// Room that is being freed for a nominee, when others want it or when it does not come.
@Suite struct NominationTests {
  /// One of the two has to lose, and the choice must not change for ever within one step.
  @Test func `two that want the room of one stopping run do not alternate`() throws {
    var scenario = Scenario(["lab": (16, 8, 0)])
    scenario.job("v", cpu: 6) { $0.traits.priority = .low }
    scenario.job("f", cpu: 2) {
      $0.traits.priority = .low
      $0.traits.preemptible = false
    }
    try scenario.apply()
    scenario.advance(301)
    scenario.stopsSlowly = true
    scenario.job("m", cpu: 6) { $0.traits.priority = .medium }
    #expect(try scenario.apply().contains("preempt v for m"))
    for name in ["h1", "h2"] { scenario.job(name, cpu: 6) { $0.traits.priority = .high } }
    let planned = try scenario.plan()
    #expect(try scenario.apply() == planned)
    #expect(scenario.fleet.abandonedSettlings == 0)
    #expect(scenario.state("h1") == "PENDING runsStopping")
    #expect(scenario.state("h2") == "PENDING insufficientCapacity")
    #expect(scenario.state("f") == "RUNNING")
    #expect(scenario.confirmStops() == "start h1 (new)")
    #expect(scenario.end("h1") == "start h2 (new)")
    #expect(scenario.end("h2") == "start m (new)")
    #expect(scenario.fleet.abandonedSettlings == 0)
  }

  /// A job without victims sets a timer for the minimum runtime of the next one. That timer must not replace the one of
  /// the deadline.
  @Test func `a nomination ends at its deadline even if an earlier timer was set`() throws {
    var scenario = Scenario(["lab": (16, 8, 2)])
    scenario.job("held", gpuMilli: 1000) {
      $0.traits.priority = .low
      $0.traits.stopGrace = .seconds(300)
    }
    try scenario.apply()
    scenario.advance(200)
    scenario.job("young", gpuMilli: 1000) { $0.traits.priority = .low }
    try scenario.apply()
    scenario.advance(101)
    // Both GPUs: `young` has 199 s to go.
    scenario.job("h0", gpuMilli: 2000) { $0.traits.priority = .high }
    #expect(try scenario.apply().contains("hold h0: insufficientCapacity"))
    scenario.stopsSlowly = true
    scenario.advance(10)
    let began = scenario.now
    scenario.deployments["h0"]?.traits.suspend = true
    scenario.job("h1", gpuMilli: 1000) { $0.traits.priority = .high }
    #expect(try scenario.apply().contains("preempt held for h1"))
    // The stop hangs: 300 s of grace, and twice the timeout of a minute.
    let until = scenario.fleet.deployment(scenario.identity("h1"))?.progress.nominatedUntil
    #expect(until == began + .seconds(420))
    #expect(scenario.advance(189) == "")
    scenario.deployments["young"]?.traits.protect = true
    try scenario.apply()
    #expect(scenario.advance(230) == "")
    #expect(scenario.state("h1") == "PENDING runsStopping")
    #expect(scenario.wakes.contains(began + .seconds(420)))
    #expect(scenario.advance(1) == "")
    #expect(scenario.fleet.deployment(scenario.identity("h1"))?.progress.nominatedUntil == nil)
    #expect(scenario.state("h1") == "PENDING insufficientCapacity")
  }

  /// Found by the oracle: during the pass, the published state of a victim is older than its stop.
  @Test func `a dependant of a victim does not start while the victim stops`() throws {
    var scenario = Scenario(["lab": (16, 3, 0)])
    scenario.job("store", cpu: 2) { $0.traits.priority = .low }
    try scenario.apply()
    scenario.advance(301)
    scenario.stopsSlowly = true
    scenario.job("reader", with: ["store"]) { $0.traits.priority = .low }
    scenario.job("urgent", cpu: 2) { $0.traits.priority = .high }
    let told = try scenario.apply()
    #expect(
      told == """
        register urgent
        register reader
        preempt store for urgent
        hold urgent: runsStopping
        hold store: runsStopping
        hold reader: waitsForDependency
        """)
  }

  /// Found by the oracle: room of a stopping run goes to its nominee, so that nobody else can expect to start with it.
  @Test(arguments: [1, 2, nil]) func `room that a nominee will take is not expected for the next in the queue`(
    reservations: Int?
  ) throws {
    var scenario = Scenario(["lab": (16, 3, 0)])
    scenario.scheduling.reservations = reservations
    scenario.job("v", cpu: 2) { $0.traits.priority = .low }
    try scenario.apply()
    scenario.advance(301)
    scenario.stopsSlowly = true
    scenario.job("urgent", cpu: 2) {
      $0.traits.priority = .high
      $0.traits.maxRuntime = .seconds(100)
    }
    scenario.job("next", cpu: 2)
    scenario.job("small") { $0.traits.expectedRuntime = .seconds(50) }
    try scenario.apply()
    // Ten seconds of grace, and then the hundred seconds of the nominee.
    let reserved = scenario.fleet.reserved(on: scenario.identity("next").cluster).first
    #expect(reserved?.deployment.name == "next")
    #expect(reserved?.start?.at == scenario.now + .seconds(110))
    #expect(reserved?.promise == nil)
    #expect(scenario.state("small") == "RUNNING")
  }

  /// Room kept on another cluster for a gang is released when the gang does not need it any more. Those who wait for it
  /// are considered then, not at the next event of that cluster.
  @Test func `room that a gang gives up wakes those who wait for it`() throws {
    var scenario = Scenario(["lab": (16, 8, 0), "b": (16, 8, 0)])
    scenario.scheduling.minimumRuntime = .zero
    scenario.stopsSlowly = true
    for name in ["victim", "b/victim"] { scenario.job(name, cpu: 8) { $0.traits.priority = .low } }
    try scenario.apply()
    scenario.advance(1)
    for name in ["b/server", "middle"] {
      scenario.service(name, cpu: name == "middle" ? 4 : 8, with: name == "middle" ? ["b/server"] : [])
      scenario.deployments[name]?.traits.priority = .high
    }
    scenario.job("head", cpu: 4, with: ["middle"]) { $0.traits.priority = .high }
    try scenario.apply()
    let other = try #require(scenario.fleet.clusterID(of: scenario.identity("b/server").cluster))
    let gone = try #require(scenario.stopping.first { $0.value == other })
    scenario.stopping[gone.key] = nil
    scenario.response(to: [.runsObserved(gone.value, [gone.key: .ended(.signaled(signal: 15), at: scenario.now)])])
    #expect(scenario.state("b/server").hasPrefix("PENDING"))
    // This neither concerns the other cluster nor changes a priority there.
    scenario.deployments["head"]?.dependsOn = []
    scenario.deployments["middle"]?.traits.suspend = true
    let done = try scenario.apply()
    #expect(done.contains("start b/server"), "\(done)")
  }

  /// Even if the replacement gets another GPU than its old run holds.
  @Test func `room kept for a replacement is the same in sum and by GPU slots`() throws {
    var scenario = Scenario(["lab": (16, 8, 2)])
    scenario.stopsSlowly = true
    scenario.job("a", gpuMilli: 500)
    scenario.job("b", gpuMilli: 500)
    try scenario.apply()
    scenario.deployments["b"]?.traits.resources.gpuMilli = 1000
    #expect(try scenario.apply().contains("stop b"))
    let cluster = try #require(scenario.fleet.clusterID(of: scenario.identity("a").cluster))
    let room = try #require(scenario.fleet.room(of: cluster))
    #expect(room.held.gpuMilli == 2000)
    #expect(room.gpus.heldMilli.reduce(0) { $0 + $1 } == 2000)
  }

  /// Found by generated fleets: a gang is admitted from the cluster of its head, which may be considered first.
  @Test func `a gang from another cluster does not take a replacement's room`() throws {
    var scenario = Scenario(["a": (16, 8, 0), "b": (16, 8, 0)])
    scenario.service("b/old", cpu: 6)
    try scenario.apply()
    scenario.service("b/store", cpu: 6)
    scenario.job("a/reader", with: ["b/store"]) { $0.traits.priority = .high }
    scenario.deployments["b/store"]?.traits.priority = .low
    scenario.deployments["a/reader"]?.traits.priority = .low
    try scenario.apply()
    scenario.deployments["b/old"]?.image = "image:2"
    #expect(try scenario.apply().contains("start b/old (replacement)"))
    #expect(scenario.state("b/old") == "RUNNING")
    #expect(scenario.state("a/reader").hasPrefix("PENDING"))
  }
}
