import BerthTestSupport
import FleetCore
import FleetModel
import PlanModel
import TestKit
import Testing

/// A simulation of a fleet whose runs take exactly their maximum runtime. Notes when each deployment starts. Shares no
/// code with the forecast but `step`.
private struct ExactSimulation {
  var fleet: Fleet
  var now: Instant
  var starts: [DeploymentIdentity: Instant] = [:]
  var wakes: Set<Instant> = []

  mutating func take(_ first: [Event]) {
    var events = first
    while !events.isEmpty {
      let event = events.removeFirst()
      for effect in step(&fleet, event, now: now) {
        switch effect {
        case .commit: break
        case .prepare(let order): events.append(.callFinished(order.run.name, .prepared(handle: "h")))
        case .launch(let order, _):
          // A run that is admitted with what it needs running begins once that is up.
          let identity = fleet.deploymentRecords().first { $0.id == order.run.deployment }?.identity
          if let identity, starts[identity] == nil { starts[identity] = now }
          events.append(.callFinished(order.run.name, .launched(.running(since: now))))
        case .stop(let name, let cluster, _):
          events.append(.callFinished(name, .stopRequested(.running(since: now))))
          events.append(.runsObserved(cluster, [name: .ended(.signaled(signal: 15), at: now)]))
        case .observe(let id): events.append(.clustersObserved([id: .answered(runs: [:], asOf: fleet.stepCount)]))
        case .wake(let at): wakes.insert(at)
        case .remove: break
        }
      }
    }
  }

  /// Advances to the next event; false if there is none.
  mutating func advance() -> Bool {
    var ends: [(at: Instant, run: RunRecord)] = []
    for run in fleet.liveRuns {
      guard let traits = fleet.deployment(run.identity)?.traits, traits.mode == .job, let began = run.startedAt,
        let runtime = traits.maxRuntime
      else { continue }
      ends.append((began + runtime, run))
    }
    guard let next = (ends.map(\.at) + wakes).min() else { return false }
    now = max(now, next)
    var over: [ClusterID: [RunName: RunObservation]] = [:]
    for end in ends where end.at <= now {
      over[end.run.cluster, default: [:]][end.run.name] = .ended(.exited(status: 0), at: now)
    }
    for (cluster, runs) in over.sorted(by: { $0.key < $1.key }) { take([.runsObserved(cluster, runs)]) }
    if wakes.contains(where: { $0 <= now }) {
      wakes = wakes.filter { $0 > now }
      take([.timer])
    }
    return true
  }
}

@Suite struct ForecastComesTrueTests {
  private func scenario(_ random: inout SeededGenerator) -> Scenario {
    var scenario = Scenario(["lab": (16, 8, 4), "far": (8, 4, 2)])
    scenario.scheduling.reservations = [0, 1, 2, nil].randomElement(using: &random) ?? 1
    scenario.scheduling.maxBypass = Int.random(in: 0...3, using: &random)
    scenario.scheduling.minimumRuntime = .seconds(Int64.random(in: 0...2, using: &random) * 60)
    let count = Int.random(in: 3...14, using: &random)
    var names: [String] = []
    for index in 0..<count {
      let name = (Int.random(in: 0...3, using: &random) == 0 ? "far/" : "") + "d\(index)"
      let others = names.filter { _ in Int.random(in: 0...5, using: &random) == 0 }
      let isService = Int.random(in: 0...6, using: &random) == 0
      let with = others.filter { scenario.deployments[$0]?.traits.mode == .service }
      let after = others.filter { !with.contains($0) }
      scenario.job(
        name, ram: .random(in: 1...6, using: &random), cpu: .random(in: 1...3, using: &random),
        gpuMilli: [0, 0, 500, 1000, 2000].randomElement(using: &random) ?? 0, after: after, with: with
      ) { spec in
        spec.traits.priority = Priority.allCases.randomElement(using: &random) ?? .medium
        if isService {
          spec.traits.mode = .service
        } else {
          let minutes = Int64.random(in: 0...8, using: &random)
          spec.traits.maxRuntime = minutes == 0 ? nil : .seconds(minutes * 60)
        }
      }
      names.append(name)
    }
    return scenario
  }

  @Test(arguments: 0..<20)
  func `with exact runtimes each start comes when it was forecast`(_ block: Int) throws {
    for seed in UInt64(block) * 50..<UInt64(block + 1) * 50 {
      var random = SeededGenerator(seed: seed)
      var scenario = scenario(&random)
      var simulation = ExactSimulation(fleet: scenario.fleet, now: scenario.now)
      simulation.take([.declared(try scenario.comparison().revision)])
      // One forecast from the beginning, and some from the middle.
      for _ in 0..<4 {
        let forecast = simulation.fleet.forecast(now: simulation.now)
        scenario.fleet = simulation.fleet
        scenario.now = simulation.now
        let plan = try simulation.fleet.plan(scenario.comparison(), now: simulation.now, forecasting: ForecastLimits())
        var future = simulation
        future.starts = [:]
        var moments = 0
        while moments < 2000, future.advance() { moments += 1 }
        #expect(moments < 2000, "seed \(seed) never comes to rest")
        for entry in forecast.deployments {
          guard let start = entry.start else { continue }
          let simulated = future.starts[entry.deployment]
          switch start {
          case .now, .at:
            let expected: Instant = if case .at(let at) = start { at } else { simulation.now }
            #expect(simulated == expected, "seed \(seed), \(entry.deployment.text)")
          case .unknown: #expect(simulated == nil, "seed \(seed), \(entry.deployment.text)")
          }
          let planned = plan.forecast?.deployments.first { $0.deployment == entry.deployment }
          #expect(planned?.start == start, "seed \(seed), \(entry.deployment.text)")
        }
        for _ in 0..<3 { _ = simulation.advance() }
      }
    }
  }
}
