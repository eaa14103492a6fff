import FleetCore
import FleetModel

// Behavior of the simulated engines: executing, ending, reporting.

extension SimulatedWorld {
  /// Begins the execution of a run, and checks every promise about executions.
  mutating func execute(_ name: RunName, on cluster: ClusterID) throws {
    engines[cluster]?.execute(name, now: now)
    note("execute \(name.text)")
    guard let engine = engines[cluster] else { return }
    if engine.executions[name, default: 0] > 1 { throw violation("an attempt never executes twice", name.text) }
    guard let run = journal.liveByName[name].flatMap({ journal.runs[$0] }), run.isLaunched, run.handle != nil else {
      throw violation("only what is recorded as launched executes", name.text)
    }
    for (other, state) in engines {
      for (twin, entry) in state.entries where twin != name && entry.deployment == run.deployment {
        if case .running = entry.state {
          throw violation("two attempts never execute at once", "\(name.text) and \(twin.text) on \(other.value)")
        }
      }
    }
    var slots: [Int: Int] = [:]
    for entry in engine.entries.values {
      if case .running = entry.state { for share in entry.gpus { slots[share.slot, default: 0] += share.milli } }
    }
    if let full = slots.first(where: { $0.value > 1000 }) {
      throw violation("a GPU is never given twice", "slot \(full.key) executes \(full.value)")
    }
    planEnd(name, run)
    tell(name, on: cluster)
  }

  private mutating func planEnd(_ name: RunName, _ run: RunRecord) {
    guard let traits = journal.deployments[run.deployment]?.traits,
      let plan = engines[run.cluster]?.entries[name]?.plan
    else { return }
    var lasts = random.below(random.chance(5) ? 900_000 : 90_000)
    var outcome = RunOutcome.exited(status: 0)
    if !isCalm {
      outcome = random.pick([
        .exited(status: 0), .exited(status: 0), .exited(status: 0), .exited(status: 0), .exited(status: 1),
        .signaled(signal: 9), .ramExceeded, .exited(status: 0),
      ])
    }
    if traits.mode == .service {
      if isCalm || random.chance(60) { return }
    } else if let longest = traits.maxRuntime, longest < .milliseconds(Int64(lasts)) {
      lasts = Int(longest.nanoseconds / 1_000_000)
      outcome = .maxRuntimeExceeded
    }
    schedule(in: lasts, .engineEnds(run.cluster, name, outcome, plan: plan))
  }

  /// Plans the end of a stopped run: within its grace period, by a kill, or by itself.
  mutating func planStop(_ name: RunName, on cluster: ClusterID, grace: TimeSpan) {
    guard let plan = engines[cluster]?.entries[name]?.plan else { return }
    let outcome = random.pick([RunOutcome.stopped, .signaled(signal: 15), .exited(status: 143), .exited(status: 0)])
    schedule(
      in: delay(Int(grace.nanoseconds / 1_000_000)), .engineEnds(cluster, name, outcome, plan: plan))
  }

  mutating func end(_ name: RunName, _ outcome: RunOutcome, on cluster: ClusterID) {
    guard engines[cluster]?.end(name, outcome, now: now) == true else { return }
    note("end \(name.text) \(outcome.text)")
    orphans.remove(name)
    tell(name, on: cluster)
  }

  /// Reports a change. While failures last, reports may be lost, delayed and repeated.
  mutating func tell(_ name: RunName, on cluster: ClusterID) {
    guard let engine = engines[cluster], !engine.isOut else { return }
    let observation = [name: engine.observation(of: name)]
    if isCalm {
      schedule(in: 10, .feed(epoch: epoch, cluster, observation))
      return
    }
    if random.chance(15) { return }
    schedule(in: delay(5000), .feed(epoch: epoch, cluster, observation))
    if random.chance(10) { schedule(in: delay(30_000), .feed(epoch: epoch, cluster, observation)) }
  }
}
