import FleetModel
import PlanModel
import Scheduling

/// The present of a fleet: what is recorded, with what engines report, and why each deployment is as it is at this moment.
///
/// Every command that shows a status or a reason takes it from here. Nothing in it has been decided only now: what the
/// scheduler would do at the next apply is known, but runs that it would stop still run, and what it would start waits.
public struct Present: Sendable {
  /// The fleet as recorded and observed, in which nothing new has been decided.
  public let fleet: Fleet
  /// The same fleet after the scheduler has decided what is to be done now.
  let settled: Fleet
  /// The time.
  public let now: Instant
  /// Whether a watch lives, which carries out what becomes possible; otherwise somebody has to apply.
  public var isWatched = false
  /// Number of runs that are recorded as live and that engines report as over.
  public let endedRuns: Int
  /// Deployments that the scheduler would start, or for which it would free room, by the cluster.
  private var next: [ClusterSlot: [DeploymentSlot]] = [:]
  private var isNext: Set<DeploymentSlot> = []
  /// Clusters on which the scheduler would start, stop or delete anything now: there, what follows from its decisions is not the
  /// present.
  private var decisiveClusters: Set<ClusterSlot> = []

  /// Takes in what has been observed.
  ///
  /// - Parameters:
  ///   - events: declarations and observations that the fleet has not taken, in the order of `Fleet.beginning`.
  ///   - engines: what the engine of a cluster that they create reports when it is looked at first.
  public init(
    _ recorded: Fleet, beginningWith events: [Event] = [], engines: @escaping FirstLook = { _ in nil },
    now: Instant
  ) {
    var (observed, settled) = (recorded, recorded)
    observed.takeInAll(events, engines: engines, now: now) { fleet, event in fleet.takeIn(event, now: now) }
    var decided: [Action] = []
    settled.takeInAll(events, engines: engines, now: now) { fleet, event in
      let effects = step(&fleet, event, now: now)
      for case .commit(let commit) in effects { decided += commit.actions }
      return effects
    }
    endedRuns = recorded.runs.keys.count { observed.runs[$0] == nil }
    fleet = observed
    self.settled = settled
    self.now = now
    enter(decided)
  }

  /// Enters the deployments that begin, or for which others are stopped, by the decisions made now.
  private mutating func enter(_ decided: [Action]) {
    for action in decided {
      switch action.kind {
      case .start, .stop, .preempt, .prune: noteDecision(about: action.identity)
      case .register, .update, .hold: continue
      }
      let identity: DeploymentIdentity?
      switch (action.kind, action.identity) {
      case (.start, .deployment(let starting)), (.stop(.replaced), .deployment(let starting)): identity = starting
      case (.preempt(let preemptor), _): identity = preemptor
      default: identity = nil
      }
      guard let identity, let slot = fleet.deploymentsByIdentity[identity], isNext.insert(slot).inserted else {
        continue
      }
      // Its victims may be on other clusters.
      decisiveClusters.insert(fleet.deployments[slot].cluster)
      next[fleet.deployments[slot].cluster, default: []].append(slot)
    }
    let settled = settled
    for cluster in next.keys { next[cluster]?.sort { settled.comesBefore($0, $1) } }
  }

  /// Notes where something is decided about an object: where it belongs, and where it runs.
  private mutating func noteDecision(about object: ObjectIdentity) {
    switch object {
    case .deployment(let identity):
      guard let slot = fleet.deploymentsByIdentity[identity] else { return }
      decisiveClusters.insert(fleet.deployments[slot].cluster)
      if let run = fleet.liveRun(of: slot) { decisiveClusters.insert(run.cluster) }
    case .cluster(let identity):
      if let slot = fleet.clustersByIdentity[identity] { decisiveClusters.insert(slot) }
    case .organization, .user: break
    }
  }

  private func isDecisive(clusterOf slot: DeploymentSlot) -> Bool {
    decisiveClusters.contains(fleet.deployments[slot].cluster)
  }

  // MARK: Standing

  /// Returns the standing of a deployment; `nil` if there is no such deployment.
  ///
  /// - Parameter withHolders: whether shortfalls are to name the holders of what is short, which looks at every run of the
  ///   cluster.
  public func standing(of identity: DeploymentIdentity, withHolders: Bool = true) -> Standing? {
    fleet.deploymentsByIdentity[identity].map { standing(of: $0, withHolders: withHolders) }
  }

  func standing(of slot: DeploymentSlot, withHolders: Bool) -> Standing {
    let progress = fleet.deployments[slot].record.progress
    let run = fleet.deployments[slot].run.flatMap { fleet.runs[$0]?.record }
    let isRunningIt = run.map { $0.generation == progress.generation && $0.state == .running } ?? false
    func standing(_ state: Explanation.State, _ reason: Reason? = nil) -> Standing {
      Standing(status: progress.status, state: state, reason: reason)
    }
    if progress.isWithdrawn { return standing(.leaving, fleet.reason(of: slot, now: now, withHolders: withHolders)) }
    if isRunningIt, !fleet.deployments[slot].record.traits.suspend { return standing(.running) }
    if isNext.contains(slot) { return standing(.startsNext) }
    if progress.status == .completed { return standing(.completed) }
    guard let reason = reason(of: slot, withHolders: withHolders) else {
      return standing(run == nil ? .startsNext : run?.state == .running ? .running : .starting)
    }
    if case .failed = reason { return standing(.failed, reason) }
    return standing(.waits, reason)
  }

  /// Returns the reason why a deployment waits that is not about to start.
  private func reason(of slot: DeploymentSlot, withHolders: Bool) -> Reason? {
    let then = settled.reason(of: slot, now: now, withHolders: withHolders)
    if !isDecisive(clusterOf: slot) { return then }
    switch then {
    case .heldByServices, .runsStopping, .behindReservation, .insufficientCapacity, nil: break
    // None of the others follows from what has been decided only now.
    default: return then
    }
    if case .behindReservation(let head, _) = then, let head = fleet.deploymentsByIdentity[head],
      !isNext.contains(head)
    {
      return then
    }
    return reasonBehindNext(slot) ?? fleet.reason(of: slot, now: now, withHolders: withHolders) ?? then
  }

  /// Returns the first of those that start next, if it takes what a deployment lacks, or all that there is.
  private func reasonBehindNext(_ slot: DeploymentSlot) -> Reason? {
    let request = fleet.deployments[slot].record.traits.resources
    let lacking = fleet.lackingDimensions(of: slot)
    for other in next[fleet.deployments[slot].cluster] ?? [] where other != slot {
      let taken = Dimension.allCases.filter {
        request[$0] > 0 && fleet.deployments[other].record.traits.resources[$0] > 0
      }
      let short = lacking.isEmpty ? taken : taken.filter(lacking.contains)
      if !short.isEmpty { return .behindReservation(of: fleet.deployments[other].record.identity, short) }
    }
    return nil
  }

  /// Returns the time by which a deployment starts, as far as `maxRuntime` bounds it; `nil` if nothing does. Reservations are
  /// not recorded: they are made anew when the scheduler looks.
  func promise(of slot: DeploymentSlot) -> Instant? {
    let fleet = isDecisive(clusterOf: slot) ? fleet : settled
    return fleet.clusters[fleet.deployments[slot].cluster].reservations.first { $0.slot == slot }?.promise
  }

  // MARK: Waiting for others

  /// Returns the chain from a deployment to the first one that does not wait for another.
  func chain(from slot: DeploymentSlot) -> [Explanation.ChainLink] {
    settled.chainOfWaiting(from: slot, now: now).map { link in
      let standing = standing(of: link.slot, withHolders: false)
      return Explanation.ChainLink(
        deployment: fleet.deployments[link.slot].record.identity, status: standing.status, reason: standing.reason,
        ends: fleet.deployments[link.slot].run.flatMap { fleet.end(ofRun: $0, now: now) }, until: link.until)
    }
  }

  /// Returns what a deployment lacks on its cluster, with those that hold it; `nil` if it waits for something else than room.
  func shortage(of identity: DeploymentIdentity, waitingFor reason: Reason?) -> Shortage? {
    guard let slot = fleet.deploymentsByIdentity[identity] else { return nil }
    switch reason {
    case .neverFits, .overcommitted, .heldByServices, .runsStopping, .behindReservation, .insufficientCapacity: break
    default: return nil
    }
    return (isDecisive(clusterOf: slot) ? fleet : settled).shortage(of: slot, now: now)
  }
}

extension Fleet {
  /// Takes in events, and the first looks at clusters that they create.
  fileprivate mutating func takeInAll(
    _ events: [Event], engines: FirstLook, now: Instant, by take: (inout Fleet, Event) -> [Effect]
  ) {
    var pending = events
    while !pending.isEmpty {
      var next: [Event] = []
      for event in pending {
        for case .observe(let id) in take(&self, event) { next += firstObservation(of: id, engines) }
      }
      pending = next
    }
  }

  /// Returns the first observation of a new cluster.
  private func firstObservation(of id: ClusterID, _ engines: FirstLook) -> [Event] {
    guard let slot = clustersByID[id] else { return [] }
    switch engines(clusters[slot].record.engine) {
    case .unknown(let why)?: return [.clustersObserved([id: .unknown(why)])]
    case .answered(let strange, _)?:
      return [.clustersObserved([id: recordedObservation(of: clusters[slot], beside: strange)])]
    case nil: return [.clustersObserved([id: recordedObservation(of: clusters[slot])])]
    }
  }
}

extension Present {
  /// Returns the source of a deployment's raised priority; `nil` if it has its own.
  public func inheritance(of identity: DeploymentIdentity) -> Inheritance? {
    fleet.deploymentsByIdentity[identity].flatMap { fleet.inheritance(of: $0) }
  }

  /// The clusters with live runs whose engines do not answer, with the reasons.
  public var silentClusters: [(cluster: ClusterIdentity, words: String)] {
    fleet.clusters.filter { !$0.isVacant && !$0.runs.isEmpty }.compactMap { cluster in
      cluster.unknown.map { (cluster.record.identity, $0) }
    }.sorted { $0.0 < $1.0 }
  }

  /// Returns what the live runs of a cluster hold.
  public func held(on id: ClusterID) -> Resources {
    guard let slot = fleet.clustersByID[id] else { return .zero }
    return fleet.clusters[slot].runs.reduce(into: .zero) { held, run in
      if let record = fleet.runs[run]?.record { held += record.resources }
    }
  }
}
