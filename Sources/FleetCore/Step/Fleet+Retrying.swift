import FleetModel

extension Fleet {
  /// Makes FAILED deployments PENDING with their retries renewed. Others are left alone.
  mutating func retry(_ identities: [DeploymentIdentity], _ work: inout StepWork) {
    for identity in identities.sorted() {
      guard let slot = deploymentsByIdentity[identity], deployments[slot].record.progress.status == .failed else {
        continue
      }
      deployments[slot].record.progress.status = .pending
      deployments[slot].record.progress.failures = 0
      deployments[slot].record.progress.notBefore = nil
      deployments[slot].record.progress.preemptions = 0
      deployments[slot].record.progress.losses = 0
      deployments[slot].record.progress.preemptedBy = nil
      deployments[slot].record.progress.queuedAt = work.now
      work.changedProgress.insert(slot)
      log(.retryRequested, "retry requested", .deployment(identity), &work)
      markDirty(slot, &work)
    }
  }

  /// Returns the identities of the FAILED deployments of a source, sorted.
  ///
  /// - Parameter source: the name of the source; `nil` for all.
  public func failedDeployments(of source: String?) -> [DeploymentIdentity] {
    let id = source.flatMap { sourcesByName[$0] }
    return deployments.indices.filter { slot in
      !deployments[slot].isVacant && deployments[slot].record.progress.status == .failed
        && (source == nil || deployments[slot].record.source == id)
    }.map { deployments[$0].record.identity }.sorted()
  }
}
