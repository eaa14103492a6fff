import FleetModel
import PlanModel
import Scheduling

// What is recorded, in the form of observations.

/// What an engine reports of runs that are not recorded, when it is looked at for a new cluster; `nil`: it has none. The moment
/// of an answer does not count.
public typealias FirstLook = (EngineSpec) -> ClusterObservation?

extension Fleet {
  /// Returns the events of a look at which every engine reports what is recorded about its runs. An engine that did not
  /// answer, and a secret that was unavailable, are so again if that is the recorded reason of a deployment.
  public var recordedObservations: [Event] {
    var silent: Set<ClusterSlot> = []
    for deployment in deployments where !deployment.isVacant {
      if deployment.record.progress.reasonCode == Reason.clusterUnknown("").code { silent.insert(deployment.cluster) }
    }
    var observations: [ClusterID: ClusterObservation] = [:]
    for slot in clusters.indices where !clusters[slot].isVacant {
      let cluster = clusters[slot]
      observations[cluster.record.id] =
        silent.contains(slot) ? .unknown("it did not answer when it was last asked") : recordedObservation(of: cluster)
    }
    let missing = recordedMissingSecrets
    return (missing.isEmpty ? [] : [.secretsMissing(missing)]) + [.clustersObserved(observations)]
  }

  /// The deployments that wait for a secret by their recorded reason: by the word of who looked for it last.
  public var recordedMissingSecrets: [DeploymentID: String] {
    var missing: [DeploymentID: String] = [:]
    for deployment in deployments where !deployment.isVacant {
      if deployment.record.progress.reasonCode == Reason.secretUnavailable("").code {
        missing[deployment.record.id] = "it was not there when it was last looked for"
      }
    }
    return missing
  }

  func recordedObservation(
    of cluster: ClusterState, beside strange: [RunName: RunObservation] = [:]
  ) -> ClusterObservation {
    var seen = strange
    for run in cluster.runs.compactMap({ runs[$0]?.record }) {
      switch run.state {
      case .starting: seen[run.name] = .prepared
      case .running, .stopping: seen[run.name] = .running(since: run.startedAt ?? run.createdAt)
      case .ended, .lost: break
      }
    }
    return .answered(runs: seen, asOf: stepCount)
  }
}
