import BerthTestSupport
import FleetModel
import Testing

@Suite struct PreemptionTests {
  /// One cluster of 4 GPUs, on which a low and a medium job run past their minimum.
  private func busy() throws -> Scenario {
    var scenario = Scenario(["lab": (16, 8, 4)])
    scenario.job("low", gpuMilli: 2000) { $0.traits.priority = .low }
    scenario.job("medium", gpuMilli: 2000) { $0.traits.priority = .medium }
    try scenario.apply()
    scenario.advance(301)
    return scenario
  }

  @Test func `the run of the lowest priority is preempted`() throws {
    var scenario = try busy()
    scenario.job("urgent", gpuMilli: 1000) { $0.traits.priority = .high }
    let planned = """
      register urgent
      preempt low for urgent
      start urgent (new)
      hold low: coolingDown
      """
    #expect(try scenario.plan() == planned)
    #expect(try scenario.apply() == planned)
    #expect(scenario.state("low") == "PENDING coolingDown")
    #expect(scenario.state("urgent") == "RUNNING")
  }

  @Test func `only a strictly higher priority preempts`() throws {
    var scenario = try busy()
    scenario.job("equal", gpuMilli: 3000) { $0.traits.priority = .medium }
    #expect(try scenario.apply() == "register equal\nhold equal: insufficientCapacity")
    scenario.job("higher", gpuMilli: 3000) { $0.traits.priority = .high }
    #expect(
      try scenario.apply() == """
        register higher
        preempt low for higher
        preempt medium for higher
        start higher (new)
        hold medium: coolingDown
        hold equal: insufficientCapacity
        hold low: coolingDown
        """)
  }

  @Test func `a run is not preempted before its minimum runtime`() throws {
    var scenario = Scenario(["lab": (16, 8, 4)])
    scenario.job("low", gpuMilli: 4000) { $0.traits.priority = .low }
    try scenario.apply()
    scenario.advance(100)
    scenario.job("urgent", gpuMilli: 1000) { $0.traits.priority = .high }
    #expect(try scenario.apply() == "register urgent\nhold urgent: insufficientCapacity")
    #expect(scenario.advance(199) == "")
    #expect(scenario.advance(1) == "preempt low for urgent\nstart urgent (new)")
  }

  @Test(arguments: ["never", "preemptible", "protect"])
  func `each setting against preemption prevents it until it is changed`(setting: String) throws {
    var scenario = Scenario(["lab": (16, 8, 4)])
    if setting == "never" { scenario.scheduling.preemption = .never }
    scenario.job("low", gpuMilli: 4000) {
      $0.traits.priority = .low
      $0.traits.preemptible = setting != "preemptible"
      $0.traits.protect = setting == "protect"
    }
    try scenario.apply()
    scenario.advance(1000)
    scenario.job("urgent", gpuMilli: 1000) { $0.traits.priority = .high }
    #expect(try scenario.apply() == "register urgent\nhold urgent: insufficientCapacity")
    // Changing the setting is enough.
    scenario.scheduling.preemption = .lowerPriority
    scenario.deployments["low"]?.traits.preemptible = true
    scenario.deployments["low"]?.traits.protect = false
    #expect(try scenario.apply().contains("preempt low for urgent\nstart urgent (new)"))
  }

  @Test func `nothing is stopped for a job that would not fit all the same`() throws {
    var scenario = try busy()
    scenario.deployments["medium"]?.traits.preemptible = false
    scenario.job("urgent", gpuMilli: 3000) { $0.traits.priority = .high }
    #expect(try scenario.apply() == "register urgent\nupdate medium\nhold urgent: insufficientCapacity")
  }

  @Test func `freed room is not taken by another job of the same priority`() throws {
    var scenario = try busy()
    scenario.stopsSlowly = true
    scenario.job("urgent", gpuMilli: 1000) { $0.traits.priority = .high }
    try scenario.apply()
    #expect(scenario.state("urgent") == "PENDING runsStopping")
    // A thief of the same priority. The victim gives back one GPU more than is needed.
    scenario.job("thief", gpuMilli: 2000) {
      $0.traits.priority = .high
      $0.traits.preemptible = false
    }
    scenario.job("modest", gpuMilli: 1000) { $0.traits.priority = .medium }
    try scenario.apply()
    #expect(scenario.state("urgent") == "PENDING runsStopping")
    let told = scenario.confirmStops()
    #expect(told.contains("start urgent (new)"))
    #expect(told.contains("start thief (new)"))
  }

  @Test func `cool-downs double up to an hour`() throws {
    var scenario = Scenario(["lab": (16, 8, 4)])
    scenario.job("low", gpuMilli: 4000) { $0.traits.priority = .low }
    try scenario.apply()
    var waits: [Int64] = []
    for round in 1...5 {
      scenario.advance(300)
      scenario.job("urgent\(round)", gpuMilli: 4000) { $0.traits.priority = .high }
      try scenario.apply()
      #expect(scenario.state("low") == "PENDING coolingDown")
      scenario.end("urgent\(round)")
      var waited: Int64 = 0
      while scenario.state("low") != "RUNNING", waited < 10_000 {
        scenario.advance(60)
        waited += 60
      }
      waits.append(waited)
    }
    #expect(waits == [300, 600, 1200, 2400, 3600])
  }

  @Test func `a victim keeps its age and spends no retry`() throws {
    var scenario = try busy()
    let queuedAt = scenario.fleet.deployment(scenario.identity("low"))?.progress.queuedAt
    scenario.job("urgent", gpuMilli: 2000) { $0.traits.priority = .high }
    try scenario.apply()
    let progress = scenario.fleet.deployment(scenario.identity("low"))?.progress
    #expect(progress?.queuedAt == queuedAt)
    #expect(progress?.failures == 0)
    #expect(progress?.preemptions == 1)
  }

  @Test func `a victim that starts again is called returned, not lost`() throws {
    var scenario = try busy()
    scenario.job("urgent", gpuMilli: 2000) { $0.traits.priority = .high }
    try scenario.apply()
    scenario.advance(600)
    #expect(scenario.end("urgent") == "start low (returned)")
  }

  @Test func `dependants stop with the service they need`() throws {
    var scenario = Scenario(["lab": (16, 8, 4), "other": (16, 8, 0)])
    scenario.service("store", ram: 8)
    scenario.job("other/reader", with: ["store"])
    scenario.job("alone", ram: 8) { $0.traits.priority = .medium }
    for name in ["store", "other/reader"] { scenario.deployments[name]?.traits.priority = .low }
    try scenario.apply()
    scenario.advance(301)
    #expect(scenario.state("other/reader") == "RUNNING")
    scenario.job("urgent", ram: 8) { $0.traits.priority = .high }
    // Two of low priority cost less than one of medium.
    #expect(
      try scenario.apply() == """
        register urgent
        preempt store for urgent
        preempt other/reader for urgent
        start urgent (new)
        hold store: coolingDown
        hold other/reader: waitsForDependency
        """)
  }

  @Test func `a high priority preempts through a chain across two clusters, step by step`() throws {
    var scenario = Scenario(["lab": (16, 8, 0), "other": (16, 8, 0)])
    scenario.job("medium", cpu: 8) { $0.traits.priority = .medium }
    scenario.job("other/medium2", cpu: 8) { $0.traits.priority = .medium }
    try scenario.apply()
    scenario.advance(301)
    scenario.job("prepare", cpu: 8) { $0.traits.priority = .low }
    scenario.job("other/refine", cpu: 8, after: ["prepare"]) { $0.traits.priority = .low }
    scenario.job("serve", after: ["other/refine"]) { $0.traits.priority = .high }
    let told = try scenario.apply()
    #expect(told.contains("preempt medium for prepare\nstart prepare (new)"))
    // A waiting dependant confers priority; its dependency preempts once it is ready itself.
    #expect(!told.contains("medium2"))
    #expect(scenario.end("prepare") == "preempt other/medium2 for refine\nstart other/refine (new)")
    #expect(scenario.end("other/refine") == "start serve (new)")
  }

  @Test func `where capacity is below use, only a higher priority stops runs`() throws {
    var scenario = try busy()
    scenario.clusters["lab"] = Scenario.resources(ram: 16, cpu: 8, gpuMilli: 1000)
    scenario.job("small") { $0.traits.priority = .medium }
    #expect(try scenario.apply() == "register small\nhold small: overcommitted")
    #expect(scenario.state("low") == "RUNNING")
    #expect(scenario.state("medium") == "RUNNING")
    // Only both stops together end the overcommitment, and a higher priority may request them.
    scenario.job("urgent", gpuMilli: 1000) { $0.traits.priority = .high }
    #expect(
      try scenario.apply() == """
        register urgent
        preempt low for urgent
        preempt medium for urgent
        start urgent (new)
        start small (new)
        hold medium: neverFits
        hold low: neverFits
        """)
  }

  @Test func `after a stop that hangs, another run is preempted at the deadline`() throws {
    var scenario = try busy()
    scenario.stopsSlowly = true
    scenario.job("urgent", gpuMilli: 1000) { $0.traits.priority = .high }
    try scenario.apply()
    // The stop hangs: the victim's room stays held, and nothing else is stopped for the same head until the deadline.
    scenario.advance(60)
    #expect(scenario.fleet.room(of: ClusterID(1))?.free.gpuMilli == 0)
    scenario.advance(60)
    #expect(scenario.state("medium") == "RUNNING")
    #expect(scenario.state("urgent") == "PENDING runsStopping")
    // After the deadline another run is stopped, and the room that never came back is still held.
    #expect(scenario.advance(60) == "preempt medium for urgent")
    #expect(scenario.fleet.room(of: ClusterID(1))?.held.gpuMilli == 4000)
    scenario.stopping = scenario.stopping.filter {
      $0.key == scenario.fleet.liveRun(of: scenario.identity("medium"))?.name
    }
    #expect(scenario.confirmStops() == "start urgent (new)")
    #expect(scenario.state("low") == "PENDING runsStopping")
  }

  @Test func `a head that always fails or never fits does not preempt for ever`() throws {
    // The head starts and fails at once, as long as its retries last.
    var scenario = Scenario(["lab": (16, 8, 4)])
    scenario.job("low", gpuMilli: 4000) { $0.traits.priority = .low }
    try scenario.apply()
    scenario.advance(301)
    scenario.job("broken", gpuMilli: 4000) {
      $0.traits.priority = .high
      $0.traits.retry = RetryPolicy(limit: 1000, backoff: .seconds(1))
    }
    try scenario.apply()
    var preemptions = 0
    for _ in 0..<(24 * 60) {
      scenario.end("broken", .exited(status: 1))
      if scenario.advance(60).contains("preempt low") { preemptions += 1 }
    }
    // In a day, the cool-down grows to an hour, and every run of the victim has its minimum.
    #expect(preemptions <= 30)
    // A head that can not fit beside runs that may not be stopped stops nothing.
    var other = Scenario(["lab": (16, 8, 4)])
    other.service("kept")
    other.deployments["kept"]?.traits.resources.gpuMilli = 1000
    other.deployments["kept"]?.traits.preemptible = false
    other.job("low", gpuMilli: 3000) { $0.traits.priority = .low }
    try other.apply()
    other.advance(10_000)
    other.job("broken", gpuMilli: 4000) { $0.traits.priority = .high }
    #expect(try other.apply() == "register broken\nhold broken: heldByServices")
    #expect(other.advance(100_000) == "")
  }

  /// A run that stops anyway, because it was suspended.
  @Test func `room of a stopping run is expected for one of those who wait only`() throws {
    var scenario = Scenario(["lab": (16, 8, 0)])
    scenario.job("r", cpu: 6)
    scenario.job("l", cpu: 2) { $0.traits.priority = .low }
    try scenario.apply()
    scenario.stopsSlowly = true
    scenario.deployments["r"]?.traits.suspend = true
    for name in ["h1", "h2"] { scenario.job(name, cpu: 6) { $0.traits.priority = .high } }
    #expect(try scenario.apply().contains("hold h1: runsStopping"))
    #expect(scenario.state("h2") == "PENDING insufficientCapacity")
    #expect(scenario.confirmStops() == "start h1 (new)")
    #expect(scenario.state("l") == "RUNNING")
  }
}
