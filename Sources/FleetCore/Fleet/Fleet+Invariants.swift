import FleetModel
import Scheduling

// Invariants of a fleet between steps. Every derived fact is computed a second time, from the records and the runs alone.

extension Fleet {
  /// Number of deployments and runs up to which all invariants are checked after every step. In larger fleets they are checked
  /// after so few steps that a step costs no more than that.
  private static let checkedSize = 128

  /// Stops the program if an invariant does not hold after a step. For debug builds.
  func checkInvariants(after work: StepWork) {
    let interval = 1 + (deployments.count + runs.count) / Self.checkedSize
    if stepCount % interval == 0 { checkInvariants() }
  }

  /// Stops the program if an invariant does not hold.
  package func checkInvariants() {
    let violations = invariantViolations()
    if violations.isEmpty { return }
    // Not `precondition`, which prints no message in optimized code. Only a bug of ours comes here, and only debug builds ask.
    fatalError("broken after step \(stepCount): \(violations.joined(separator: "; "))")
  }

  /// Returns a sentence for each invariant that does not hold. A fleet has none between two steps.
  package func invariantViolations() -> [String] {
    if isUnevaluated { return [] }
    var violations = Violations()
    var sums = SlotTable<ClusterSlot, ClusterSums>(clusters.map { _ in ClusterSums() })
    checkRuns(&sums, &violations)
    checkDeployments(&sums, &violations)
    checkIndices(&violations)
    for cluster in clusters.indices where !clusters[cluster].isVacant {
      checkClaims(on: cluster, &sums, &violations)
      checkSums(of: cluster, sums[cluster], &violations)
    }
    return violations.sentences
  }

  // MARK: Runs

  /// Checks that a deployment has one live run at most, and that each run stands in every index as what it is.
  private func checkRuns(_ sums: inout SlotTable<ClusterSlot, ClusterSums>, _ violations: inout Violations) {
    for (id, live) in runs {
      let (run, slot) = (live.record, live.deployment)
      violations.require(run.id == id && run.state.isLive, "run \(id.value) is indexed as live, and is \(run.state)")
      violations.require(runsByName[run.name] == id, "run \(id.value) is not found by its name")
      violations.require(
        !deployments[slot].isVacant && deployments[slot].run == id, "run \(id.value) is not its deployment's")
      let isService =
        deployments[slot].record.traits.mode == .service
        || run.generation != deployments[slot].record.progress.generation
      violations.require(live.isService == isService, "run \(id.value) is not counted as what it is")
      sums[live.cluster].runs.insert(id)
      sums[live.cluster].held.take(run.resources, run.gpus)
      if isService { sums[live.cluster].heldByServices.take(run.resources, run.gpus) }
      if run.state == .stopping {
        sums[live.cluster].stopping.insert(id)
      } else {
        violations.require(
          live.priority == deployments[slot].effectivePriority, "run \(id.value) has the priority \(live.priority)")
        sums[live.cluster].heldByPriority[live.priority, default: .zero] += run.resources
      }
      let holding = clusters[live.cluster].holdings[id]
      violations.require(
        holding?.resources == run.resources && holding?.startedAt == run.startedAt
          && (holding?.grace != nil) == (run.state == .stopping)
          && holding?.runtime == (isService ? .unknown : runtimeBound(of: slot)),
        "the holding of run \(id.value) is not what the run holds")
    }
    violations.require(runs.count == runsByName.count, "\(runsByName.count) names for \(runs.count) runs")
  }

  // MARK: Deployments

  /// Checks that tallies and waiter counts are the sums of what was published, and that a deployment is queued exactly when it
  /// is ready.
  private func checkDeployments(
    _ sums: inout SlotTable<ClusterSlot, ClusterSums>, _ violations: inout Violations
  ) {
    for slot in deployments.indices where !deployments[slot].isVacant {
      let state = deployments[slot]
      let name = state.record.identity.text
      var met = DependencyTally()
      for edge in state.dependencies {
        met.count(deployments[edge.slot].published, until: edge.until, by: 1)
        violations.require(
          deployments[edge.slot].dependents.count { $0 == Edge(slot: slot, until: edge.until) }
            == state.dependencies.count { $0 == edge },
          "\(name) is not among the dependents of what it waits for")
      }
      violations.require(met == state.met, "the tally of \(name) is \(state.met), and \(met) was published")
      var waiters = WaiterCounts()
      for edge in state.dependents {
        violations.require(!deployments[edge.slot].isVacant, "a vacant deployment waits for \(name)")
        if let priority = deployments[edge.slot].published.confers(along: edge.until) { waiters.add(priority) }
      }
      violations.require(
        waiters == state.waiters, "the waiters of \(name) are \(state.waiters), and \(waiters) was conferred")
      let facts = facts(of: slot, now: lastNow)
      violations.require(facts.published == state.published, "\(name) has not published \(facts.published)")
      violations.require(
        facts.place == state.place, "the place of \(name) in the queue is \(state.place), and should be \(facts.place)")
      if state.isQueued { sums[state.cluster].queued += 1 }
      if state.isReturning { sums[state.cluster].returning += 1 }
      violations.require(!state.isDirty, "\(name) was not evaluated")
      violations.require(state.run.map { runs[$0] != nil } ?? true, "the run of \(name) is not live")
      sums[state.cluster].deployments += 1
    }
  }

  /// Checks that the indices name everything that is there and nothing else.
  private func checkIndices(_ violations: inout Violations) {
    var owned: [UserID: Int] = [:]
    var count = 0
    for slot in deployments.indices where !deployments[slot].isVacant {
      let record = deployments[slot].record
      count += 1
      owned[record.user, default: 0] += 1
      violations.require(
        deploymentsByID[record.id] == slot && deploymentsByIdentity[record.identity] == slot,
        "\(record.identity.text) is not found by its identity")
      violations.require(
        clusters[deployments[slot].cluster].record.id == record.cluster
          && clusters[deployments[slot].cluster].record.identity == record.identity.cluster,
        "\(record.identity.text) is not on its cluster")
    }
    violations.require(
      deploymentsByID.count == count && deploymentsByIdentity.count == count
        && vacantSlots.count == deployments.count - count && Set(vacantSlots).count == vacantSlots.count,
      "\(count) deployments are there, and \(deploymentsByID.count) are indexed")
    violations.require(owned == ownedCounts.filter { $0.value != 0 }, "the counts of owned deployments are wrong")
    for cluster in clusters.indices where !clusters[cluster].isVacant {
      let record = clusters[cluster].record
      violations.require(
        clustersByID[record.id] == cluster && clustersByIdentity[record.identity] == cluster,
        "\(record.identity.text) is not found by its identity")
    }
    violations.require(
      Set(clusters.indices.filter { !clusters[$0].claims.swaps.isEmpty }) == clustersWithSwaps,
      "the clusters with swaps are others")
    for (head, held) in gangClaims {
      violations.require(!held.isEmpty && held == Set(held).sorted(), "the gang claims of \(head.index) are \(held)")
      for cluster in held {
        violations.require(clusters[cluster].claims.gangs[head] != nil, "a gang claim of \(head.index) is not there")
      }
    }
  }

  // MARK: Clusters

  /// Checks that claims belong to deployments that may still use them, and count on runs that are still there.
  private func checkClaims(
    on cluster: ClusterSlot, _ sums: inout SlotTable<ClusterSlot, ClusterSums>, _ violations: inout Violations
  ) {
    let state = clusters[cluster]
    var members: Set<DeploymentSlot> = []
    for claim in state.claims.all {
      let name = "the \(claim.kind) claim of \(deployments[claim.owner].record.identity.text)"
      sums[cluster].held.take(claim.resources, claim.gpus)
      violations.require(
        state.stopping.isSuperset(of: claim.awaited), "\(name) awaits runs that are gone or were not asked to stop")
      if !claim.isKept {
        violations.require(claim.kind == .gang && claim.resources == .zero, "\(name) keeps room, and should not")
      }
      let deadline = deployments[claim.owner].record.progress.nominatedUntil
      switch claim.kind {
      case .ownReplacement:
        violations.require(claim.members.map(\.slot) == [claim.owner], "\(name) has members")
        violations.require(gangClaims[claim.owner] == nil, "\(name) stands beside a gang claim")
      case .gang:
        violations.require(gangClaims[claim.owner]?.contains(cluster) ?? false, "\(name) is not indexed")
        violations.require(
          deployments[claim.owner].isQueued && deadline != nil && (claim.deadline == deadline || !claim.isKept),
          "\(name) is for one that cannot take it")
        continue
      case .swap:
        violations.require(!claim.members.isEmpty, "\(name) has no members")
      }
      for member in claim.members {
        let deployment = deployments[member.slot]
        violations.require(
          members.insert(member.slot).inserted, "\(deployment.record.identity.text) has two claims for its next run")
        violations.require(
          !deployment.isVacant && deployment.cluster == cluster && !deployment.record.progress.isWithdrawn
            && !deployment.record.traits.suspend && member.request == deployment.record.traits.resources
            && liveRun(of: member.slot)?.record.state ?? .stopping == .stopping,
          "\(name) is for one that cannot take it")
        violations.require(
          claim.kind != .swap || deployment.record.progress.nominatedUntil == claim.deadline,
          "\(name) is recorded otherwise")
      }
    }
  }

  /// Checks that the sums and sets of a cluster are those of its runs, claims and deployments, in every dimension and of every
  /// GPU.
  private func checkSums(of cluster: ClusterSlot, _ sums: ClusterSums, _ violations: inout Violations) {
    let state = clusters[cluster]
    let name = state.record.identity.text
    violations.require(
      state.room.held == sums.held.resources,
      "\(name) holds \(state.room.held), and its runs and claims \(sums.held.resources)")
    violations.require(
      HeldAmounts.perGPU(state.room) == sums.held.gpus.filter { $0.value != 0 },
      "the GPUs of \(name) are held otherwise")
    violations.require(
      state.serviceRoom.held == sums.heldByServices.resources
        && HeldAmounts.perGPU(state.serviceRoom) == sums.heldByServices.gpus.filter { $0.value != 0 },
      "services hold \(state.serviceRoom.held) of \(name), and theirs is \(sums.heldByServices.resources)")
    violations.require(
      state.room.capacity == state.record.capacity && state.serviceRoom.capacity == state.record.capacity,
      "the room of \(name) has another capacity than \(name)")
    violations.require(
      state.runs == sums.runs && state.stopping == sums.stopping, "\(name) has other runs than it knows")
    var notBelow = Resources.zero
    for priority in Priority.allCases.reversed() {
      notBelow += sums.heldByPriority[priority] ?? .zero
      violations.require(
        state.holders.held(notBelow: priority) == notBelow, "runs of \(name) stand under other priorities")
    }
    violations.require(
      state.queue.count == sums.queued, "\(sums.queued) of \(name) are queued, and its queue has \(state.queue.count)")
    violations.require(
      state.returning.count == sums.returning,
      "\(sums.returning) of \(name) return, and \(state.returning.count) are noted to")
    violations.require(state.deploymentCount == sums.deployments, "\(name) has \(sums.deployments) deployments")
    violations.require(!state.isDirty, "\(name) was not looked at")
  }
}

/// Sums over the runs, claims and deployments of a cluster.
private struct ClusterSums {
  var held = HeldAmounts()
  var heldByServices = HeldAmounts()
  var heldByPriority: [Priority: Resources] = [:]
  var runs: Set<RunID> = []
  var stopping: Set<RunID> = []
  var queued = 0
  var returning = 0
  var deployments = 0
}

private struct HeldAmounts {
  var resources = Resources.zero
  /// Thousandths held of each GPU.
  var gpus: [Int: Int] = [:]

  mutating func take(_ resources: Resources, _ shares: [GPUShare]) {
    self.resources += resources
    for share in shares { gpus[share.slot, default: 0] += share.milli }
  }

  /// Thousandths held of each GPU of a room of which anything is held.
  static func perGPU(_ room: Room) -> [Int: Int] {
    var held: [Int: Int] = [:]
    for (gpu, milli) in room.gpus.heldMilli.enumerated() where milli != 0 { held[gpu] = milli }
    return held
  }
}

private struct Violations {
  private(set) var sentences: [String] = []

  mutating func require(_ holds: Bool, _ sentence: @autoclosure () -> String) {
    if !holds { sentences.append(sentence()) }
  }
}
