import FleetModel
import PlanModel
import Scheduling

// Queries that need only the recorded state and no engine.

extension Fleet {
  /// Returns a fork of this fleet that assumes every engine has just reported what is recorded about its runs. Reasons
  /// are those from the time of recording, except that time has passed. The fork's effects are discarded.
  ///
  /// A deployment whose recorded reason is an engine that did not answer or a secret that was unavailable keeps that
  /// reason.
  public func assumingLastObservation(now: Instant) -> Fleet {
    var fork = self
    var missing: [DeploymentID: String] = [:]
    var silent: Set<ClusterSlot> = []
    for deployment in deployments where !deployment.isVacant {
      switch deployment.record.progress.reasonCode {
      case Reason.secretUnavailable("").code:
        missing[deployment.record.id] = "it was not there when it was last looked for"
      case Reason.clusterUnknown("").code: silent.insert(deployment.cluster)
      default: break
      }
    }
    var observations: [ClusterID: ClusterObservation] = [:]
    for slot in clusters.indices where !clusters[slot].isVacant {
      let cluster = clusters[slot]
      observations[cluster.record.id] =
        silent.contains(slot) ? .unknown("it did not answer when it was last asked") : recordedObservation(of: cluster)
    }
    if !missing.isEmpty { _ = step(&fork, .secretsMissing(missing), now: now) }
    _ = step(&fork, .clustersObserved(observations), now: now)
    return fork
  }

  func recordedObservation(of cluster: ClusterState) -> ClusterObservation {
    var seen: [RunName: RunObservation] = [:]
    for run in cluster.runs.compactMap({ runs[$0]?.record }) {
      switch run.state {
      case .starting: seen[run.name] = .prepared
      case .running, .stopping: seen[run.name] = .running(since: run.startedAt ?? run.createdAt)
      case .ended, .lost: break
      }
    }
    return .answered(runs: seen, asOf: stepCount)
  }

  /// Returns the source of a deployment's raised priority; `nil` if it has its own.
  public func inheritance(of identity: DeploymentIdentity) -> Inheritance? {
    deploymentsByIdentity[identity].flatMap { inheritance(of: $0) }
  }
}
