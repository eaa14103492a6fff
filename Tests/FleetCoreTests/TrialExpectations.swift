import FleetCore
import FleetModel
import Scheduling

/// A trial's own memory, so that nothing is judged by the fleet's account of itself.
struct TrialExpectations {
  /// Failures of the current generation, by name.
  var failures: [String: Int] = [:]
  /// Consecutive preemptions and the end of the cool-down, by name.
  var pauses: [String: (count: Int, until: Instant)] = [:]
  /// Number of admissions that passed a job of unknown start and took room that it lacks, by name.
  var passes: [String: Int] = [:]
  /// The earliest promised start, the runs on which it rests, and the other deployments that were ready then.
  var promises: [String: (at: Instant, runs: Set<RunName>, ready: Set<DeploymentIdentity>)] = [:]
  /// True if a declaration came that nobody could foresee.
  var hasChanged = false
}

extension FleetTrial {
  /// Updates the expectations by an event.
  mutating func expect(_ event: FleetCore.Event, before: Fleet) {
    for entry in given.entries {
      guard let was = before.deployment(entry.identity), let record = fleet.deployment(entry.identity),
        was.progress.generation != record.progress.generation
      else { continue }
      expectations.failures[entry.name] = nil
      expectations.pauses[entry.name] = nil
    }
    guard case .runsObserved(_, let seen) = event else { return }
    for entry in given.entries {
      guard let run = before.liveRun(of: entry.identity), case .ended(let outcome, _) = seen[run.name],
        let record = before.deployment(entry.identity), let cluster = before.cluster(record.cluster)
      else { continue }
      let isOver = outcome == .maxRuntimeExceeded
      if run.generation == record.progress.generation,
        isOver || (outcome == .exited(status: 1) && run.state != .stopping)
      {
        expectations.failures[entry.name, default: 0] += 1
      }
      guard run.stopCause?.preemptor != nil, outcome != .exited(status: 0) else { continue }
      let ranFor = run.startedAt.map { now - $0 } ?? .zero
      let count = ranFor >= .seconds(3600) ? 1 : (expectations.pauses[entry.name]?.count ?? 0) + 1
      // The minimum, at least 10 s, doubled each time, up to an hour.
      var pause = max(cluster.scheduling.minimumRuntime, .seconds(10))
      for _ in 1..<count {
        pause = min(
          TimeSpan(nanoseconds: 2 * pause.nanoseconds), max(.seconds(3600), cluster.scheduling.minimumRuntime))
      }
      expectations.pauses[entry.name] = (count, now + pause)
    }
  }

  /// Checks that failures are counted exactly and that nothing loses its age.
  mutating func checkAges(before: Fleet) {
    for entry in given.entries {
      guard let was = before.deployment(entry.identity), let record = fleet.deployment(entry.identity),
        was.progress.generation == record.progress.generation
      else { continue }
      if record.progress.queuedAt != was.progress.queuedAt, was.progress.status != .cancelled {
        fail("\(entry.name) lost its age")
      }
      let expected = expectations.failures[entry.name] ?? 0
      if entry.traits.mode == .job, record.progress.failures != expected {
        fail("\(entry.name) failed \(expected) times, and spent \(record.progress.failures) retries")
      }
    }
  }

  // MARK: Passes

  /// Checks that, without preemption, passes of a job of unknown start are bounded.
  mutating func countPasses(_ started: [DeploymentIdentity], before: Fleet) {
    for identity in started { expectations.passes[identity.name] = nil }
    for number in given.capacities.indices where given.scheduling[number].preemption == .never {
      let cluster = GeneratedFleet.cluster(number)
      // A replacement in its own room passes nothing.
      let exchanged = before.swaps(on: cluster).joined()
      let begun = started.filter {
        $0.cluster == cluster && before.liveRun(of: $0) == nil && !exchanged.contains($0)
      }.compactMap { fleet.liveRun(of: $0) }
      guard let id = fleet.clusterID(of: cluster), var room = fleet.room(of: id), !begun.isEmpty else { continue }
      for run in begun { room.give(run.resources, run.gpus) }
      for run in begun {
        for (head, start, _) in fleet.reserved(on: cluster) where start == nil && isSimple(head) {
          guard let request = fleet.deployment(head)?.traits.resources, fleet.comesBefore(head, run.identity),
            room.lacking(request).contains(where: { run.resources[$0] > 0 })
          else { continue }
          expectations.passes[head.name, default: 0] += 1
          let settings = given.scheduling[number]
          let most = settings.reservations == 0 ? 0 : settings.maxBypass
          if expectations.passes[head.name, default: 0] > most {
            fail("\(head.name) was passed more than \(most) times, at last by \(run.identity.name)")
          }
        }
        room.take(run.resources, run.gpus)
      }
    }
  }

  // MARK: Promises

  /// Checks that promised starts are kept, unless an unforeseen deployment takes an earlier position or can only run
  /// together with it.
  mutating func checkPromises() {
    if expectations.hasChanged || given.overrun > 0 || given.launches.contains(where: { $0 > 0 }) { return }
    let live = Set(fleet.liveRuns.map(\.name))
    // Those that are back at a known time take their position already.
    let ready = Set(
      given.entries.map(\.identity).filter {
        fleet.deployment($0) != nil && (fleet.isReady($0) || fleet.isReturning($0))
      })
    for entry in given.entries {
      guard let promise = expectations.promises[entry.name] else { continue }
      let newcomers = fleet.liveRuns.filter {
        $0.identity.cluster == entry.identity.cluster && !promise.runs.contains($0.name)
          && fleet.comesBefore($0.identity, entry.identity)
      }
      let others = ready.filter { other in
        other.cluster == entry.identity.cluster && !promise.ready.contains(other)
          && fleet.comesBefore(other, entry.identity)
      }
      let isStarted = fleet.liveRun(of: entry.identity) != nil
      if !isStarted,
        !fleet.isReady(entry.identity) || !isSimple(entry.identity) || !newcomers.isEmpty || !others.isEmpty
          || !fleet.gangClaimOwners(on: entry.identity.cluster).isEmpty
      {
        expectations.promises[entry.name] = nil
      } else if now > promise.at {
        fail("\(entry.name) was to start \((now - promise.at).text) ago, by promise")
      } else if isStarted {
        expectations.promises[entry.name] = nil
      }
    }
    for number in given.capacities.indices {
      for (identity, _, promise) in fleet.reserved(on: GeneratedFleet.cluster(number)) {
        guard let promise, fleet.liveRun(of: identity) == nil, isSimple(identity) else { continue }
        if expectations.promises[identity.name].map({ promise < $0.at }) ?? true {
          expectations.promises[identity.name] = (promise, live, ready)
        }
      }
    }
  }
}
