import FleetModel
import PlanModel

/// Record of any object, as far as comparisons need it.
struct RecordedObject {
  var source: SourceID
  var specText: String
  var isWithdrawn: Bool
}

extension Fleet {
  func recorded(_ identity: ObjectIdentity) -> RecordedObject? {
    switch identity {
    case .organization(let name):
      organizationsByName[name].flatMap { organizations[$0] }.map {
        RecordedObject(source: $0.source, specText: $0.specText, isWithdrawn: $0.isWithdrawn)
      }
    case .user(let name):
      usersByName[name].flatMap { users[$0] }.map {
        RecordedObject(source: $0.source, specText: $0.specText, isWithdrawn: $0.isWithdrawn)
      }
    case .cluster(let identity):
      clustersByIdentity[identity].map { clusters[$0].record }.map {
        RecordedObject(source: $0.source, specText: $0.specText, isWithdrawn: $0.isWithdrawn)
      }
    case .deployment(let identity):
      deploymentsByIdentity[identity].map {
        RecordedObject(
          source: deployments[$0].record.source, specText: deployments[$0].record.specText,
          isWithdrawn: deployments[$0].record.progress.isWithdrawn)
      }
    }
  }

  /// Whether a move of a deployment would leave its live run on another cluster.
  func leavesRunBehind(_ former: ObjectIdentity, _ identity: ObjectIdentity) -> Bool {
    guard case .deployment(let old) = former, case .deployment(let new) = identity, old.cluster != new.cluster,
      let slot = deploymentsByIdentity[old], deployments[slot].run != nil
    else { return false }
    return clustersByIdentity[new.cluster] != deployments[slot].cluster
  }

  /// Whether a new generation would replace something: a live run, or a finished one.
  func hasRunOrRan(_ identity: ObjectIdentity) -> Bool {
    guard case .deployment(let identity) = identity, let slot = deploymentsByIdentity[identity] else { return false }
    let progress = deployments[slot].record.progress
    return deployments[slot].run != nil || progress.status == .completed || progress.status == .failed
  }

  /// Whether a deployment has completed and would not run again if it was declared with a spec.
  ///
  /// - Parameter identities: those under which it may be recorded; the first that is recorded counts.
  public func hasCompleted(_ identities: [DeploymentIdentity], as spec: ObjectSpec) -> Bool {
    guard let slot = identities.lazy.compactMap({ deploymentsByIdentity[$0] }).first,
      deployments[slot].record.progress.status == .completed, !deployments[slot].record.progress.isWithdrawn
    else { return false }
    do {
      let identity = ObjectIdentity.deployment(deployments[slot].record.identity)
      let recorded = try SpecCoding.decode(deployments[slot].record.specText, of: identity)
      return !SpecDifference.between(recorded, (spec, recorded.metadata)).contains { $0.forcesNewRun }
    } catch {
      // The comparison that follows reports the damage.
      return false
    }
  }

  /// Returns a deployment's record as the fleet has it now.
  public func deployment(_ identity: DeploymentIdentity) -> DeploymentRecord? {
    deploymentsByIdentity[identity].map { deployments[$0].record }
  }

  /// Returns the number of a deployment.
  public func deploymentID(of identity: DeploymentIdentity) -> DeploymentID? {
    deploymentsByIdentity[identity].map { deployments[$0].record.id }
  }

  /// Returns a deployment's live run.
  public func liveRun(of identity: DeploymentIdentity) -> RunRecord? {
    deploymentsByIdentity[identity].flatMap { deployments[$0].run }.flatMap { runs[$0]?.record }
  }

  /// Returns the effective priority of a deployment.
  public func effectivePriority(of identity: DeploymentIdentity) -> Priority? {
    deploymentsByIdentity[identity].map { deployments[$0].effectivePriority }
  }

  /// The clusters, sorted by identity.
  public var clusterRecords: [ClusterRecord] {
    clusters.filter { !$0.isVacant }.map(\.record).sorted { $0.identity < $1.identity }
  }

  /// Returns the deployments of a source, or all, sorted by identity.
  public func deploymentRecords(of source: String? = nil) -> [DeploymentRecord] {
    let id = source.flatMap { sourcesByName[$0] }
    return deployments.filter { !$0.isVacant && (source == nil || $0.record.source == id) }.map(\.record)
      .sorted { $0.identity < $1.identity }
  }

  /// Returns the number of deployments of a source.
  public func deploymentCount(of source: String) -> Int {
    guard let id = sourcesByName[source] else { return 0 }
    return deployments.indices.count { !deployments[$0].isVacant && deployments[$0].record.source == id }
  }

  /// Calls a body with each deployment's record, in no order.
  public func forEachDeployment(_ body: (DeploymentRecord) -> Void) {
    for deployment in deployments where !deployment.isVacant { body(deployment.record) }
  }

  /// True if no run is live and no timer is set, so that nothing happens by itself any more.
  public var isQuiet: Bool { runs.isEmpty && timers.isEmpty }

  /// Live runs, sorted by id.
  public var liveRuns: [RunRecord] { runs.values.map(\.record).sorted { $0.id < $1.id } }

  /// Whether a job of a source has a live run. Then not all is done, and not all is stuck.
  public func runsJob(of source: String) -> Bool {
    guard let id = sourcesByName[source] else { return false }
    return runs.values.contains {
      deployments[$0.deployment].record.source == id && deployments[$0.deployment].record.traits.mode == .job
        && !deployments[$0.deployment].record.progress.isWithdrawn
    }
  }

  /// Whether a live run has this name.
  public func isLive(_ name: RunName) -> Bool { runsByName[name] != nil }

  /// Returns the cluster of a live run.
  public func cluster(ofRun name: RunName) -> ClusterID? {
    runsByName[name].flatMap { runs[$0]?.record.cluster }
  }

  /// Returns the deployments that name secrets and wait for a run, each with the directory of its source. A run of an earlier
  /// generation may go on meanwhile.
  ///
  /// - Parameter andHeld: whether those count as waiting that an edit or a retry would start: suspended, failed and completed
  ///   ones.
  public func waitingWithSecrets(andHeld: Bool = false) -> [(record: DeploymentRecord, root: String?)] {
    // Field by field: a copy of each would retain all that it holds.
    let waiting = deployments.indices.filter { slot in
      if deployments[slot].isVacant || !deployments[slot].record.specText.contains("\"from") { return false }
      let progress = deployments[slot].record.progress
      let run = deployments[slot].run.flatMap { runs[$0]?.record }
      if run?.generation == progress.generation { return false }
      if andHeld { return !progress.isWithdrawn }
      return (progress.status == .pending || run != nil) && !deployments[slot].record.traits.suspend
    }
    return waiting.map { (deployments[$0].record, sources[deployments[$0].record.source]?.binding) }
  }

  /// Returns the deployments of a source that are held for a secret which could not be resolved, each with the reason.
  public func missingSecrets(of source: String) -> [DeploymentIdentity: String] {
    guard let id = sourcesByName[source] else { return [:] }
    var missing: [DeploymentIdentity: String] = [:]
    for deployment in deployments where deployment.record.source == id && !deployment.isVacant {
      if let why = deployment.missingSecret { missing[deployment.record.identity] = why }
    }
    return missing
  }

  /// The next number for each table.
  public var nextNumbers: IDCounters { counters }

  /// Returns the recorded runs on an engine that may have been executed and are not confirmed gone, sorted.
  public func launchedRuns(on engine: EngineSpec) -> [RunName] {
    runs.values.filter { $0.record.isLaunched && clusters[$0.cluster].record.engine == engine }.map(\.record.name)
      .sorted()
  }

  /// Returns the recorded runs on an engine that are to be prepared or launched and have not been launched yet, sorted.
  public func begunRuns(on engine: EngineSpec) -> [RunName] {
    runs.values.filter {
      $0.record.state == .starting && !$0.record.isLaunched && clusters[$0.cluster].record.engine == engine
    }.map(\.record.name).sorted()
  }

  /// True if every call that was decided has been carried out: nothing is on its way into or out of an engine that answers. A
  /// run that its engine has queued is out of our hands, and so is one whose calls keep failing or whose state nobody can tell,
  /// and a run without a record that is not being stopped. A prepared run that waits for its dependencies is a start to come, not
  /// one on its way.
  public var isCarriedOut: Bool {
    clusters.allSatisfy { $0.isVacant || ($0.isObserved && ($0.unknown != nil || $0.orphans.isFreeOfStops)) }
      && runs.values.allSatisfy { run in
        if clusters[run.cluster].unknown != nil || run.callFailures >= 3 || run.trouble != nil { return true }
        switch run.record.state {
        case .running, .ended, .lost: return true
        case .stopping: return false
        case .starting: return run.queuedBecause != nil || waitsForDependencies(run)
        }
      }
  }

  /// Whether a run that has its room, and is prepared, may not be launched before its dependencies are up.
  private func waitsForDependencies(_ run: LiveRun) -> Bool {
    !run.record.isLaunched && run.record.handle != nil && run.call == nil
      && !deployments[run.deployment].met.allowsLaunch
  }

  /// Returns a cluster's record.
  public func cluster(_ id: ClusterID) -> ClusterRecord? { clustersByID[id].map { clusters[$0].record } }

  /// Returns the organizations that a source does not own, sorted by name.
  public func organizationRecords(beside source: String) -> [OrganizationRecord] {
    organizations.values.filter { $0.source != sourcesByName[source] }.sorted { $0.name < $1.name }
  }

  /// Returns the users that a source does not own, sorted by name, each with the names of the user's organizations.
  public func userRecords(beside source: String) -> [(record: UserRecord, organizations: [String])] {
    users.values.filter { $0.source != sourcesByName[source] }.sorted { $0.name < $1.name }.map { user in
      (user, user.organizations.compactMap { organizations[$0]?.name })
    }
  }

  /// Returns the dependencies of a deployment, sorted.
  public func dependencies(of identity: DeploymentIdentity) -> [Dependency] {
    guard let slot = deploymentsByIdentity[identity] else { return [] }
    return deployments[slot].dependencies.map {
      Dependency(on: deployments[$0.slot].record.identity, until: $0.until)
    }.sorted()
  }

  /// Returns the id of a source.
  public func sourceID(named name: String) -> SourceID? { sourcesByName[name] }

  /// Returns a source's record.
  public func source(named name: String) -> SourceRecord? { sourcesByName[name].flatMap { sources[$0] } }
}
