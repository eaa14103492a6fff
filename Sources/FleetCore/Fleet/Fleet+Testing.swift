import FleetModel
import PlanModel
import Scheduling

extension Fleet {
  /// Returns everything that is derived from the records, line by line in an order of its own. Two fleets of equal records must
  /// agree on all of it, however each came by them. For tests.
  package func derivedFacts(now: Instant) -> [String] {
    var lines: [String] = []
    for cluster in clusters.filter({ !$0.isVacant }).sorted(by: { $0.record.identity < $1.record.identity }) {
      let gpus = cluster.room.gpus.heldMilli.prefix { _ in true }
      lines.append("\(cluster.record.identity.text) holds \(cluster.room.held.text), GPUs \(Array(gpus))")
      lines.append("  services hold \(cluster.serviceRoom.held.text)")
      for entry in cluster.queue.inOrder() {
        let runtime = entry.runtime.expected.map { ", expected to take \($0.text)" } ?? ""
        lines.append("  queue \(deployments[entry.deployment].record.identity.text)\(runtime)")
      }
      for run in cluster.runs.sorted() {
        let runtime = cluster.holdings[run]?.runtime
        lines.append("  run \(run.value) takes \(runtime?.expected?.text ?? "-"), \(runtime?.cautious?.text ?? "-")")
      }
      let head = cluster.head.map { "\(deployments[$0.slot].record.identity.text) \($0.kept)" }
      lines.append("  head \(head ?? "none"), unknown \(cluster.unknown ?? "no")")
      let claims = cluster.claims
      for claim in claims.ownReplacements.values.sorted(by: { $0.owner < $1.owner })
        + claims.swaps + claims.gangs.values.sorted(by: { $0.owner < $1.owner })
      {
        let names = claim.kind == .gang ? [] : claim.members.map { deployments[$0.slot].record.identity.name }
        lines.append(
          "  \(claim.kind) of \(claim.kind == .swap ? "" : deployments[claim.owner].record.identity.text) \(names) "
            + "claims \(claim.resources.text) \(claim.gpus), awaiting \(claim.awaited.map(\.value))")
      }
    }
    for deployment in deployments.filter({ !$0.isVacant }).sorted(by: { $0.record.id < $1.record.id }) {
      let identity = deployment.record.identity
      let reason = reason(of: identity, now: now).map { "\($0)" } ?? "none"
      lines.append(
        "\(identity.text) \(deployment.effectivePriority.text), place in the queue: \(deployment.place)"
      )
      lines.append("  \(deployment.met)")
      lines.append("  \(deployment.published)")
      lines.append("  reason \(reason)")
      let progress = deployment.record.progress
      lines.append("  passed \(progress.bypasses), expected \(progress.expectedStart?.nanoseconds ?? 0)")
    }
    for key in runtimes.keys.sorted() { if let history = runtimes[key] { lines.append("\(history)") } }
    return lines
  }

  /// Whether one is before another in the queue of their cluster. For tests.
  package func comesBefore(_ left: DeploymentIdentity, _ right: DeploymentIdentity) -> Bool {
    guard let left = deploymentsByIdentity[left], let right = deploymentsByIdentity[right] else { return false }
    return comesBefore(left, right)
  }

  /// Whether a deployment waits in a queue for room alone. For tests.
  package func isReady(_ identity: DeploymentIdentity) -> Bool {
    deploymentsByIdentity[identity].map { deployments[$0].isQueued } ?? false
  }

  /// Whether a deployment backs off or cools down, and waits for room alone after that. For tests.
  package func isReturning(_ identity: DeploymentIdentity) -> Bool {
    deploymentsByIdentity[identity].map { deployments[$0].isReturning } ?? false
  }

  /// Returns the reason why a cluster's engine is not known to answer, or "orphans" if runs without a record are on it. `nil` if
  /// neither. For tests.
  package func whyClosed(_ cluster: ClusterID) -> String? {
    guard let slot = clustersByID[cluster] else { return "not there" }
    return clusters[slot].unknown ?? (clusters[slot].orphans.isEmpty ? nil : "orphans")
  }

  /// Returns the room of a cluster, in which claims are counted as held. For tests.
  package func room(of cluster: ClusterID) -> Room? { clustersByID[cluster].map { clusters[$0].room } }

  /// Returns the reason why a secret of a deployment is not available. `nil` if all are. For tests.
  package func missingSecret(of identity: DeploymentIdentity) -> String? {
    deploymentsByIdentity[identity].flatMap { deployments[$0].missingSecret }
  }

  /// Whether a run waits for the answer to a call, or for the time to repeat it. For tests.
  package func isCallOutstanding(_ name: RunName) -> Bool {
    runsByName[name].flatMap { runs[$0] }.map { $0.call != nil || $0.callFailures > 0 } ?? false
  }

  /// Returns the reservations of a cluster, in the order of its queue, as of its last pass. For tests.
  package func reserved(
    on cluster: ClusterIdentity
  ) -> [(deployment: DeploymentIdentity, start: PredictedTime?, promise: Instant?)] {
    guard let slot = clustersByIdentity[cluster] else { return [] }
    return clusters[slot].reservations.map { (deployments[$0.slot].record.identity, $0.start, $0.promise) }
  }

  /// Returns the number of admissions that have bypassed a deployment at its risk since it last started. For tests.
  package func bypasses(of identity: DeploymentIdentity) -> Int {
    deploymentsByIdentity[identity].map { Int(deployments[$0].record.progress.bypasses) } ?? 0
  }

  /// Returns the owners of gang claims on a cluster, sorted. For tests.
  package func gangClaimOwners(on cluster: ClusterIdentity) -> [DeploymentIdentity] {
    guard let slot = clustersByIdentity[cluster] else { return [] }
    return clusters[slot].claims.gangs.keys.map { deployments[$0].record.identity }.sorted()
  }

  /// Returns the members of each swap on a cluster. For tests.
  package func swaps(on cluster: ClusterIdentity) -> [[DeploymentIdentity]] {
    guard let slot = clustersByIdentity[cluster] else { return [] }
    return clusters[slot].claims.swaps.map { $0.members.map { deployments[$0.slot].record.identity } }
  }

  /// Whether a cluster has claims other than those of swaps. They aren't recorded: a loaded fleet computes them anew. For
  /// tests.
  package var hasClaimsBesideSwaps: Bool {
    clusters.contains { !$0.claims.ownReplacements.isEmpty || !$0.claims.gangs.isEmpty }
  }

  /// Returns the row of a cluster. For tests.
  package func clusterID(of identity: ClusterIdentity) -> ClusterID? {
    clustersByIdentity[identity].map { clusters[$0].record.id }
  }
}
