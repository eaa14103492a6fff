import FleetCore
import FleetModel
import GRDB
import PlanModel
import Scheduling

// Invariants after every commit, checked by the records and by the engines' own account.

extension SimulatedWorld {
  mutating func checkCommit(_ commit: Commit, before: WorldJournal) throws {
    for case .run(let run) in commit.writes {
      let old = before.runs[run.id]
      if old == nil, run.state.isLive, journal.runs[run.id] != nil { try checkAdmission(run) }
      if run.isLaunched, old?.isLaunched == false, run.state == .starting { try checkStart(run) }
      if let old, old.state == .stopping, run.state == .starting || run.state == .running {
        throw violation("a stop is never taken back", run.name.text)
      }
    }
    try checkEnds(commit, before: before)
    var owners: Set<DeploymentID> = []
    for run in journal.runs.values where !owners.insert(run.deployment).inserted {
      throw violation("a deployment has one live run", run.identity.text)
    }
    try checkExecuting()
    try checkAvailability()
  }

  /// Checks the effect of an ended run on its deployment.
  private func checkEnds(_ commit: Commit, before: WorldJournal) throws {
    var ended: [DeploymentID: RunRecord] = [:]
    for case .run(let run) in commit.writes where !run.state.isLive { ended[run.deployment] = run }
    for deployment in journal.deployments.values {
      guard let old = before.deployments[deployment.id] else { continue }
      let (was, now) = (old.progress, deployment.progress)
      let run = ended[deployment.id]
      if now.status == .completed, was.status != .completed {
        guard let run, run.outcome == .exited(status: 0), run.generation == now.generation else {
          throw violation("only a success of the current generation completes", deployment.identity.text)
        }
      }
      guard now.generation == was.generation, now.failures > was.failures else { continue }
      let isStopped = run?.stopCause != nil && run?.stopCause != .maxRuntime && run?.outcome != .maxRuntimeExceeded
      guard let run, run.outcome != .lost, run.outcome != .interrupted, run.outcome != .abandoned,
        run.outcome != .stopped, !isStopped
      else {
        throw violation("only a failure spends a retry", deployment.identity.text)
      }
      if deployment.traits.mode == .job, now.failures > deployment.traits.retry.limit, now.status != .failed {
        throw violation("retries are bounded", deployment.identity.text)
      }
    }
    for case .run(let run) in commit.writes where before.runs[run.id] == nil && run.state.isLive {
      if let until = before.deployments[run.deployment]?.progress.notBefore, until > now,
        before.deployments[run.deployment]?.progress.generation == run.generation, run.attempt > 1,
        before.deployments[run.deployment]?.progress.failures ?? 0 > 0,
        journal.deployments[run.deployment]?.progress.failures ?? 0 > 0
      {
        throw violation("nothing starts while it backs off", run.identity.text)
      }
    }
  }

  private func checkAdmission(_ run: RunRecord) throws {
    guard let cluster = journal.clusters[run.cluster] else {
      throw violation("a run is on a recorded cluster", run.identity.text)
    }
    let (held, slots) = journal.held(on: run.cluster)
    for dimension in Dimension.allCases where held[dimension] > cluster.capacity[dimension] {
      throw violation(
        "held never exceeds total by an admission",
        "\(run.identity.text): \(dimension) \(held[dimension]) of \(cluster.capacity[dimension])")
    }
    for share in run.gpus where slots[share.slot, default: 0] > 1000 || share.slot >= cluster.capacity.gpuMilli / 1000 {
      throw violation("a GPU is never given twice", "\(run.identity.text): slot \(share.slot)")
    }
    let shares = run.gpus.reduce(0) { $0 + Int64($1.milli) }
    if shares != run.resources.gpuMilli {
      throw violation("a run has the GPUs it asks for", "\(run.identity.text): \(shares)")
    }
    guard let deployment = journal.deployments[run.deployment] else { return }
    if !journal.ownerMay(deployment) { throw violation("nothing starts for who may not", run.identity.text) }
    for edge in deployment.dependencies where edge.until == .completed && !journal.isMet(edge, now: now) {
      throw violation("nothing is admitted before its jobs have completed", run.identity.text)
    }
  }

  /// Checks the commit after which a run may execute.
  private func checkStart(_ run: RunRecord) throws {
    guard let deployment = journal.deployments[run.deployment] else { return }
    for edge in deployment.dependencies where !journal.isMet(edge, now: now) {
      throw violation(
        "nothing starts before its dependencies allow it",
        "\(run.identity.text) before \(journal.deployments[edge.dependency]?.identity.text ?? "?")")
    }
    if run.generation != deployment.progress.generation || deployment.traits.suspend || deployment.progress.isWithdrawn
    {
      throw violation("nothing starts that is not wanted", run.identity.text)
    }
  }

  /// Checks a launch at its call.
  func checkLaunch(_ order: RunOrder, handle: String) throws {
    guard let run = journal.liveByName[order.run.name].flatMap({ journal.runs[$0] }), run.handle == handle,
      run.isLaunched
    else { throw violation("only a recorded handle is launched", order.run.name.text) }
  }

  private func checkExecuting() throws {
    for (cluster, engine) in engines {
      for name in engine.executing where !orphans.contains(name) && journal.liveByName[name] == nil {
        throw violation("what executes is recorded as live", "\(name.text) on \(cluster.value)")
      }
    }
  }

  /// `available_*` by the database's own numbers, computed by SQLite from the runs.
  private func checkAvailability() throws {
    let wrong = try reader.unsafeRead { db in
      try String.fetchOne(db, sql: Self.availability)
    }
    if let wrong { throw violation("available is total less held", wrong) }
  }

  private static let availability = """
    SELECT name || ' ' || available_ram || ' ' || available_cpu || ' ' || available_gpu FROM (
      SELECT c.*, coalesce(sum(r.ram_bytes), 0) AS ram, coalesce(sum(r.cpu_milli), 0) AS cpu,
        coalesce(sum(r.gpu_milli), 0) AS gpu
      FROM clusters c LEFT JOIN runs r ON r.cluster_id = c.id AND r.state IN ('starting', 'running', 'stopping')
      GROUP BY c.id)
    WHERE available_ram <> max(0, total_ram_bytes - ram) / 1073741824.0
      OR available_cpu <> max(0, total_cpu_milli - cpu) / 1000.0
      OR available_gpu <> max(0, total_gpu_milli - gpu) / 1000.0
    """

  /// Checks that the loaded state is the committed one.
  func checkDurable(_ recorded: RecordedState) throws {
    let deployments = Dictionary(uniqueKeysWithValues: recorded.deployments.map { ($0.id, $0) })
    if deployments != journal.deployments { throw violation("what was committed is loaded", "deployments differ") }
    let runs = Dictionary(uniqueKeysWithValues: recorded.runs.map { ($0.id, $0) })
    if runs != journal.runs { throw violation("what was committed is loaded", "runs differ") }
  }

  // MARK: Settled

  /// Checks by the records that nothing that could be admitted waits after a step. Gangs, replacements and deployments that
  /// back off or cool down count only as reasons to wait.
  func checkSettled() throws {
    for cluster in journal.clusters.values where !cluster.isWithdrawn {
      guard fleet.whyClosed(cluster.id) == nil, let room = fleet.room(of: cluster.id), room.overcommitted.isEmpty
      else { continue }
      let waiting = journal.deployments.values.filter {
        $0.cluster == cluster.id && (fleet.isReady($0.identity) || fleet.isReturning($0.identity))
      }
      let ordered = waiting.sorted { fleet.comesBefore($0.identity, $1.identity) }
      var kept: Set<Dimension> = []
      for deployment in ordered {
        let wants = Dimension.allCases.filter { deployment.traits.resources[$0] > 0 }
        let isSimple =
          deployment.traits.mode == .job && fleet.isReady(deployment.identity)
          && journal.run(of: deployment.id) == nil
          && deployment.dependencies.allSatisfy { journal.isMet($0, now: fleet.lastNow) }
        if isSimple, kept.isDisjoint(with: wants), room.assignment(for: deployment.traits.resources) != nil {
          throw violation("nothing that fits is left waiting", deployment.identity.text)
        }
        kept.formUnion(isSimple ? room.lacking(deployment.traits.resources) : wants)
      }
    }
  }

  /// Checks that exactly the deployments that are ready by the records are in a queue.
  func checkReadiness(_ fleet: Fleet) throws {
    for deployment in journal.deployments.values {
      let run = journal.run(of: deployment.id)
      let fits = (journal.clusters[deployment.cluster]?.capacity).map {
        Room.shortOfCapacity(deployment.traits.resources, capacity: $0).isEmpty
      }
      let isReady =
        deployment.progress.status == .pending && run == nil && !deployment.traits.suspend
        && !deployment.progress.isWithdrawn && journal.ownerMay(deployment) && fits == true
        && deployment.dependencies.allSatisfy { journal.isMet($0, now: now) }
        && fleet.missingSecret(of: deployment.identity) == nil
        && deployment.progress.notBefore.map { $0 <= now } ?? true
        && journal.clusters[deployment.cluster]?.isWithdrawn == false
      if isReady, !fleet.isReady(deployment.identity) {
        throw violation("what is ready is in a queue", deployment.identity.text)
      }
    }
  }
}
