import FleetCore
import FleetModel
import PlanModel
import Scheduling

// Conditions at the end, when failures have stopped and time has passed.

extension SimulatedWorld {
  /// True if no call and no crash is under way.
  var isQuiet: Bool { calls.isEmpty && crashIn == nil }

  /// Deployments that are neither as declared nor waiting for a true reason.
  func problems() -> [String] {
    var problems: [String] = []
    for deployment in journal.deployments.values.sorted(by: { $0.identity < $1.identity }) {
      if let problem = problem(of: deployment) { problems.append("\(deployment.identity.text): \(problem)") }
    }
    for (_, engine) in engines.sorted(by: { $0.key < $1.key }) {
      for name in engine.executing.sorted() where journal.liveByName[name] == nil {
        problems.append("\(name.text) executes without a record")
      }
    }
    return problems
  }

  private func problem(of deployment: DeploymentRecord) -> String? {
    let run = journal.run(of: deployment.id)
    let reason = fleet.reason(of: deployment.identity, now: now)
    let recorded = deployment.progress.reasonCode
    // A queued gang waits for room only, here or on the clusters of its services, so that waiting for them is a true
    // reason, too.
    let isQueued = fleet.isReady(deployment.identity)
    func family(_ code: String?) -> String? {
      isQueued && code == "waitsForDependency" ? "room" : Self.family(code)
    }
    if family(recorded) != family(reason?.code) {
      return "\(recorded ?? "nothing") is recorded, and \(reason?.code ?? "nothing") true"
    }
    switch deployment.progress.status {
    case .completed, .failed, .cancelled: return run == nil ? nil : "\(deployment.progress.status) with a live run"
    case .running:
      guard let run, engines[run.cluster]?.executing.contains(run.name) == true else { return "RUNNING and is not" }
      if run.generation == deployment.progress.generation, !deployment.progress.isWithdrawn, !deployment.traits.suspend
      {
        return deployment.traits.mode == .job ? "still runs" : nil
      }
    case .pending: break
    }
    guard let reason else { return "waits without a reason" }
    return isTrue(reason, of: deployment, run) ? nil : "\(reason) is not true"
  }

  /// The family of a reason. Which of the reasons for a lack of room dominates depends on the whole queue, so that the
  /// recorded one may differ until the deployment is considered again.
  private static func family(_ code: String?) -> String? {
    switch code {
    case "insufficientCapacity", "behindReservation", "heldByServices", "runsStopping", "overcommitted": "room"
    default: code
    }
  }

  private func isTrue(_ reason: Reason, of deployment: DeploymentRecord, _ run: RunRecord?) -> Bool {
    let cluster = journal.clusters[deployment.cluster]
    switch reason {
    case .suspended: return deployment.traits.suspend && (run == nil || deployment.traits.protect)
    case .protected: return deployment.traits.protect && run != nil || deployment.progress.isWithdrawn
    case .ownerInactive, .ownerNotMember: return !journal.ownerMay(deployment)
    case .neverFits(let short):
      return short.contains { deployment.traits.resources[$0.dimension] > (cluster?.capacity[$0.dimension] ?? 0) }
    case .dependencyFailed(let identity):
      return journal.deployments.values.contains { $0.identity == identity && $0.progress.status == .failed }
    case .waitsForDependency(let identity, _):
      return deployment.dependencies.contains {
        journal.deployments[$0.dependency]?.identity == identity && !journal.isMet($0, now: now)
      }
    case .secretUnavailable: return fleet.missingSecret(of: deployment.identity) != nil
    case .overcommitted:
      let held = journal.held(on: deployment.cluster).resources
      return Dimension.allCases.contains { held[$0] > (cluster?.capacity[$0] ?? 0) }
    case .heldByServices: return isShortBesideServices(deployment)
    case .dependantsRemain:
      return journal.deployments.values.contains { $0.dependencies.contains { $0.dependency == deployment.id } }
    case .failed: return deployment.progress.status == .failed
    // These all pass: nothing fails any more, and runs end.
    case .clusterUnknown, .backingOff, .runsStopping, .coolingDown, .behindReservation, .insufficientCapacity,
      .waitsOnEngine:
      return false
    }
  }

  /// True if it does not fit beside services, alone or with its gang.
  private func isShortBesideServices(_ deployment: DeploymentRecord) -> Bool {
    let isGang =
      deployment.dependencies.contains { !journal.isMet($0, now: now) }
      || journal.deployments.values.contains { $0.dependencies.contains { $0.dependency == deployment.id } }
    guard !isGang, let cluster = journal.clusters[deployment.cluster] else { return true }
    var room = Room(capacity: cluster.capacity)
    for run in journal.runs.values where run.cluster == cluster.id && run.deployment != deployment.id {
      room.take(run.resources, run.gpus)
    }
    return room.assignment(for: deployment.traits.resources) == nil
  }
}
