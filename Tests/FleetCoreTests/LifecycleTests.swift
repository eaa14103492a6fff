import BerthTestSupport
import FleetCore
import FleetModel
import Testing

/// The life of a deployment: start, replacement, suspension, retries, pruning, renames.
@Suite struct LifecycleTests {
  @Test func `apply does what the plan says`() throws {
    var scenario = Scenario()
    scenario.job("prepare")
    scenario.job("train", gpuMilli: 1000, after: ["prepare"])
    scenario.service("db")
    scenario.job("load", with: ["db"])
    let plan = try scenario.plan()
    #expect(
      plan == """
        register db
        register load
        register prepare
        register train
        start db (new)
        start load (new)
        start prepare (new)
        hold train: waitsForDependency
        """)
    #expect(try scenario.apply() == plan)
    #expect(scenario.end("prepare") == "start train (new)")
    #expect(scenario.end("train") == "")
    #expect(scenario.state("train") == "COMPLETED")
    #expect(try scenario.plan() == "")
  }

  @Test func `a change in place stops nothing, and a new generation replaces the run`() throws {
    var scenario = Scenario()
    scenario.job("train")
    try scenario.apply()
    scenario.deployments["train"]?.traits.priority = .high
    #expect(try scenario.apply() == "update train")
    scenario.deployments["train"]?.image = "image:2"
    #expect(
      try scenario.apply() == """
        update train
        stop train (replaced)
        start train (replacement)
        """)
  }

  /// Regression: left in its queue when its old run was asked to stop, the replacement was found to fit for ever.
  @Test func `a replacement waits for room before the old run is stopped, and keeps it`() throws {
    var scenario = Scenario()
    scenario.stopsSlowly = true
    scenario.job("train", ram: 10)
    scenario.job("other", ram: 6)
    try scenario.apply()
    scenario.deployments["train"]?.traits.resources.ramBytes = 12 << 30
    #expect(
      try scenario.apply() == """
        update train
        hold train: insufficientCapacity
        """)
    // The old run goes on meanwhile. Freed room is for its replacement, not for the newcomer.
    scenario.advance(1)
    scenario.job("newcomer", ram: 6)
    try scenario.apply()
    #expect(scenario.end("other") == "stop train (replaced)")
    #expect(scenario.state("newcomer").hasPrefix("PENDING"))
    #expect(scenario.confirmStops() == "start train (replacement)")
  }

  @Test func `a job suspended before its first run is cancelled, and runs once resumed`() throws {
    var scenario = Scenario()
    scenario.job("train") { $0.traits.suspend = true }
    #expect(try scenario.apply() == "register train")
    #expect(scenario.state("train") == "CANCELLED suspended")
    scenario.deployments["train"]?.traits.suspend = false
    #expect(try scenario.apply() == "update train\nstart train (new)")
    scenario.deployments["train"]?.traits.suspend = true
    #expect(try scenario.apply() == "update train\nstop train (suspended)")
    #expect(scenario.state("train") == "PENDING suspended")
    scenario.deployments["train"]?.traits.suspend = false
    #expect(try scenario.apply() == "update train\nstart train (again)")
  }

  @Test func `failures are retried with backoff and counted per generation`() throws {
    var scenario = Scenario()
    scenario.job("train") { $0.traits.retry = RetryPolicy(limit: 2, backoff: .seconds(10)) }
    try scenario.apply()
    #expect(scenario.end("train", .exited(status: 1)) == "")
    #expect(scenario.state("train") == "PENDING backingOff")
    #expect(scenario.advance(9) == "")
    #expect(scenario.advance(1) == "start train (retry)")
    // A lost run spends no retry.
    #expect(scenario.end("train", .lost) == "start train (again)")
    scenario.end("train", .signaled(signal: 9))
    #expect(scenario.advance(19) == "")
    #expect(scenario.advance(1) == "start train (retry)")
    scenario.end("train", .ramExceeded)
    #expect(scenario.state("train") == "FAILED failed")
    scenario.deployments["train"]?.rerun = "1"
    #expect(try scenario.apply() == "update train\nstart train (replacement)")
    #expect(scenario.end("train", .exited(status: 1)) == "")
    #expect(scenario.state("train") == "PENDING backingOff")
  }

  @Test func `a job that is lost again and again backs off and ends as FAILED`() throws {
    var scenario = Scenario()
    scenario.job("train") { $0.traits.retry = RetryPolicy(limit: 0, backoff: .seconds(1)) }
    try scenario.apply()
    // One loss may be an accident; the next wait longer and longer.
    #expect(scenario.end("train", .lost) == "start train (again)")
    for wait: Int64 in [10, 20, 40, 80] {
      #expect(scenario.end("train", .lost) == "")
      #expect(scenario.advance(wait - 1) == "")
      #expect(scenario.advance(1).contains("start train"))
    }
    #expect(scenario.end("train", .lost) == "")
    #expect(scenario.state("train") == "FAILED failed")
    // Another generation begins the count anew.
    scenario.deployments["train"]?.rerun = "1"
    #expect(try scenario.apply() == "update train\nstart train (replacement)")
    #expect(scenario.end("train", .lost) == "start train (again)")
  }

  @Test func `restarts of the machine cost nothing, however many`() throws {
    var scenario = Scenario()
    scenario.job("train") { $0.traits.retry = RetryPolicy(limit: 0, backoff: .seconds(1)) }
    try scenario.apply()
    for _ in 0..<20 { #expect(scenario.end("train", .interrupted) == "start train (again)") }
  }

  /// Regression: a job that lost its supervisor after ten minutes or more ran again for ever.
  @Test(arguments: [1, 600, 86_400] as [Int64])
  func `a job is lost so many times at most, however long each run lasts`(seconds: Int64) throws {
    var scenario = Scenario()
    scenario.job("train") { $0.traits.retry = RetryPolicy(limit: 0, backoff: .seconds(1)) }
    try scenario.apply()
    for _ in 0..<5 {
      scenario.advance(seconds)
      scenario.end("train", .lost)
      scenario.advance(80)
      #expect(scenario.state("train") == "RUNNING")
    }
    scenario.advance(seconds)
    scenario.end("train", .lost)
    #expect(scenario.state("train") == "FAILED failed")
  }

  @Test(arguments: [RunOutcome.interrupted, .stopped, .abandoned])
  func `only an end of its own ends a row of losses of a job`(between: RunOutcome) throws {
    var scenario = Scenario()
    scenario.job("train") { $0.traits.retry = RetryPolicy(limit: 3, backoff: .seconds(1)) }
    try scenario.apply()
    for _ in 0..<5 {
      scenario.end("train", .lost)
      scenario.advance(80)
      scenario.end("train", between)
      #expect(scenario.state("train") == "RUNNING")
    }
    scenario.end("train", .lost)
    #expect(scenario.state("train") == "FAILED failed")
  }

  @Test func `an end of its own ends a row of losses of a job`() throws {
    var scenario = Scenario()
    scenario.job("train") { $0.traits.retry = RetryPolicy(limit: 3, backoff: .seconds(1)) }
    try scenario.apply()
    scenario.end("train", .lost)
    scenario.end("train", .lost)
    scenario.advance(10)
    scenario.end("train", .exited(status: 1))
    scenario.advance(1)
    #expect(scenario.end("train", .lost) == "start train (again)")
  }

  @Test func `a service that has been up for long begins a new row of losses`() throws {
    var scenario = Scenario()
    scenario.service("db")
    try scenario.apply()
    for _ in 0..<20 {
      scenario.advance(600)
      #expect(scenario.end("db", .lost) == "start db (again)")
    }
  }

  @Test func `a service that is lost again and again backs off and never FAILED`() throws {
    var scenario = Scenario()
    scenario.service("db")
    try scenario.apply()
    #expect(scenario.end("db", .lost).contains("start db"))
    for wait: Int64 in [10, 20, 40, 80, 160, 300, 300] {
      #expect(scenario.end("db", .lost) == "")
      #expect(scenario.advance(wait - 1) == "")
      #expect(scenario.advance(1).contains("start db"))
    }
  }

  @Test func `a service restarts with growing pauses until a run lasts`() throws {
    var scenario = Scenario()
    scenario.service("db")
    try scenario.apply()
    for wait: Int64 in [10, 20, 40, 80, 160, 300, 300] {
      #expect(scenario.end("db") == "")
      #expect(scenario.advance(wait - 1) == "")
      #expect(scenario.advance(1) == "start db (restart)")
    }
    scenario.advance(600)
    scenario.end("db")
    #expect(scenario.advance(10) == "start db (restart)")
  }

  @Test func `dependants of a failed job wait, and the others go on`() throws {
    var scenario = Scenario()
    scenario.job("a")
    scenario.job("b", after: ["a"])
    scenario.job("c", after: ["b"])
    scenario.job("d")
    try scenario.apply()
    scenario.end("a", .exited(status: 2))
    #expect(scenario.state("b") == "PENDING dependencyFailed")
    #expect(scenario.state("c") == "PENDING waitsForDependency")
    #expect(scenario.state("d") == "RUNNING")
    #expect(scenario.response(to: [.retryRequested([scenario.identity("a")])]) == "start a (again)")
  }

  @Test func `dependants are pruned first`() throws {
    var scenario = Scenario()
    scenario.service("a")
    scenario.job("b", with: ["a"])
    try scenario.apply()
    scenario.deployments = [:]
    #expect(
      try scenario.apply() == """
        stop b (withdrawn)
        prune b
        stop a (withdrawn)
        prune a
        """)
  }

  @Test func `a protected run is not stopped until it is unprotected`() throws {
    var scenario = Scenario()
    scenario.job("train") { $0.traits.protect = true }
    try scenario.apply()
    scenario.deployments["train"]?.traits.suspend = true
    try scenario.apply()
    #expect(scenario.fleet.liveRun(of: scenario.identity("train"))?.state == .running)
    scenario.deployments["train"]?.traits.protect = false
    #expect(try scenario.apply() == "update train\nstop train (suspended)")
  }

  @Test func `a rename keeps the run`() throws {
    var scenario = Scenario()
    scenario.job("train")
    try scenario.apply()
    scenario.deployments["fit"] = scenario.deployments.removeValue(forKey: "train")
    scenario.renamedFrom["fit"] = "train"
    #expect(try scenario.apply() == "update fit")
    #expect(scenario.state("fit") == "RUNNING")
    #expect(scenario.state("train") == "gone")
  }

  @Test func `a missing secret holds a job, and a changed one replaces its run if it is to`() throws {
    var scenario = Scenario()
    scenario.job("train") {
      $0.env["TOKEN"] = .secret(.fromEnv("TOKEN"))
      $0.onSecretChange = .rerun
    }
    scenario.missingSecrets = ["TOKEN"]
    #expect(try scenario.apply() == "register train\nhold train: secretUnavailable")
    scenario.missingSecrets = []
    #expect(try scenario.apply() == "start train (new)")
    scenario.secretDigests["TOKEN"] = "1"
    #expect(try scenario.apply() == "update train\nstop train (replaced)\nstart train (replacement)")
  }

  @Test(arguments: [Mode.job, .service], [nil, SecretChangeResponse.ignore, .rerun])
  func `a changed secret does what the deployment says, or what is usual for its mode`(
    mode: Mode, response: SecretChangeResponse?
  ) throws {
    var scenario = Scenario()
    for name in ["runs", "is-over"] {
      scenario.job(name) {
        $0.env["TOKEN"] = .secret(.fromEnv("TOKEN"))
        $0.traits.mode = mode
        $0.onSecretChange = response
      }
    }
    try scenario.apply()
    // A service that exits is restarted.
    scenario.end("is-over")
    let isOver = scenario.fleet.deployment(scenario.identity("is-over"))?.progress.status == .completed
    #expect(isOver == (mode == .job))
    scenario.secretDigests["TOKEN"] = "1"
    let runsAgain = response == .rerun || (response == nil && mode == .service)
    let changed = try scenario.comparison().changes.map(\.identity)
    #expect(changed == (runsAgain ? ["is-over", "runs"].map { .deployment(scenario.identity($0)) } : []))
    let actions = try scenario.apply()
    #expect(actions.contains("stop runs (replaced)") == runsAgain)
    if isOver { #expect(actions.contains("start is-over") == runsAgain) }
    // Neither a second apply nor the setting itself runs anything again.
    scenario.deployments["runs"]?.onSecretChange = .ignore
    #expect(try !scenario.apply().contains("start"))
  }

  /// What happens to a job between a rotation of its secret, which it ignores, and the commit that sets `onSecretChange: rerun`.
  enum Between: CaseIterable {
    case nothing, apply, updateInPlace, secretIsMissing
  }

  @Test(arguments: Between.allCases, [false, true])
  func `a secret that was rotated while that was ignored runs a job again only with the commit that says rerun`(
    between: Between, hasEnded: Bool
  ) throws {
    var scenario = Scenario()
    scenario.job("train") {
      $0.env["TOKEN"] = .secret(.fromEnv("TOKEN"))
      $0.onSecretChange = .ignore
    }
    try scenario.apply()
    if hasEnded { scenario.end("train") }
    scenario.secretDigests["TOKEN"] = "1"
    switch between {
    case .nothing: break
    case .apply: try scenario.apply()
    case .updateInPlace:
      scenario.deployments["train"]?.traits.protect = true
      try scenario.apply()
      scenario.deployments["train"]?.traits.protect = false
    case .secretIsMissing:
      scenario.missingSecrets = ["TOKEN"]
      try scenario.apply()
      scenario.missingSecrets = []
    }
    scenario.deployments["train"]?.onSecretChange = .rerun
    // A rotation that an apply has seen is over with; one that comes with the setting is what the setting is about.
    let runsAgain = between == .nothing || between == .secretIsMissing
    #expect(try scenario.apply().contains("start train") == runsAgain)
    #expect(try scenario.apply() == "")
    scenario.secretDigests["TOKEN"] = "2"
    #expect(try scenario.apply().contains("start train"))
  }
}
