import Glibc

// Lines that use the process engine.

extension BenchmarkLines {
  func launch() throws -> [Figure] {
    var figures: [Figure] = []
    var rates: [Double] = []
    for (count, rounds) in [(settings.jobs, settings.rounds), (settings.manyJobs, max(1, settings.rounds / 3))] {
      let manifests = environment.path("jobs-\(count)")
      try Inputs.jobs(Inputs.Jobs(count: count), in: manifests)
      let measured = try environment.alternate(
        rounds: rounds,
        [
          { round in
            let state = try environment.state("launch-\(count)-\(round)")
            return try Double(count) / Child.run(environment.apply(manifests, state: state, ["--wait"])).wall
          },
          { _ in try Double(count) / environment.runFloor(["spawns", String(count), "16"]).reportedWall },
        ])
      figures.append(
        Figure(
          name: "\(Self.grouped(count)) jobs of `true`, apply to COMPLETED; 16 spawned processes", unit: .perSecond,
          ours: measured[0], floor: measured[1], bound: .atLeast(0.2)))
      rates.append(measured[0].median / measured[1].median)
    }
    // Each relative to the floor of its own rounds, so that a machine that was busier in one of them does not show as
    // slower.
    figures.append(
      Figure(
        name: "  many beside few, in their floors", unit: .perSecond, ours: [rates[1]], floor: [rates[0]],
        bound: .atLeast(0.95)))
    figures.append(try engineAlone())
    return figures
  }

  private func engineAlone() throws -> Figure {
    let count = settings.jobs / 5
    let measured = try environment.alternate([
      { round in
        let directory = environment.path("engine-\(round)")
        try Inputs.make(directory)
        let command = [environment.bench, "--part", "engine", directory, environment.shim, String(count), "16"]
        return try Double(count) / Child.run(command, outputPath: environment.path("engine.txt")).reportedWall
      },
      { _ in try Double(count) / environment.runFloor(["spawns", String(count), "16"]).reportedWall },
    ])
    return Figure(
      name: "  the engine alone, prepare to remove", unit: .perSecond, ours: measured[0], floor: measured[1])
  }

  func chain() throws -> [Figure] {
    let manifests = environment.path("chain")
    try Inputs.jobs(Inputs.Jobs(count: settings.chain, isChain: true), in: manifests)
    let measured = try environment.alternate([
      { round in
        let state = try environment.state("chain-\(round)")
        return try Child.run(environment.apply(manifests, state: state, ["--wait"])).wall * 1000
          / Double(settings.chain)
      }
    ])
    return [
      Figure(
        name: "chain of \(settings.chain) jobs, a link", unit: .milliseconds, ours: measured[0], bound: .atMost(12))
    ]
  }

  func adopt() throws -> [Figure] {
    let count = settings.aliveRuns
    let manifests = environment.path("alive")
    // As many as a cluster of 16 CPUs can hold.
    var jobs = Inputs.Jobs(count: count, command: "[/bin/sleep, \"3600\"]", resources: "{ram: 16Mi, cpu: 8m}")
    try Inputs.jobs(jobs, in: manifests)
    let state = try environment.state("alive-state")
    _ = try Child.run(environment.apply(manifests, state: state, ["--wait=started"]))
    let times = try environment.alternate([
      { _ in
        let watch = try RunningWatch.start(environment.watch(manifests, state: state))
        let seconds = try watch.waitFor(["\"type\":\"began\""], timeout: 60)
        try watch.kill()
        return seconds
      },
      { _ in try Child.run(environment.diff(manifests, state: state)).wall },
    ])
    jobs.isSuspended = true
    try Inputs.jobs(jobs, in: manifests)
    _ = try Child.run(environment.apply(manifests, state: state))
    return [
      Figure(
        name: "\(Self.grouped(count)) runs alive, watch killed: adopted and planned", unit: .seconds, ours: times[0],
        bound: .atMost(1)),
      Figure(name: "  diff beside them", unit: .seconds, ours: times[1]),
    ]
  }
}
