import FleetModel
import PlanModel
import Scheduling

/// Searches for the smallest changes that would start a deployment now. Every suggestion has been tried out.
struct SuggestionSearch {
  private var trial: Trial
  private(set) var suggestions: [Suggestion] = []
  /// Number of tries left, which bounds the cost of the search.
  private var triesLeft = 60

  /// The maximum number of other clusters, or of services, that are tried.
  private static let most = 6

  /// The end of the deployment's last run; `nil` if it is not known.
  private let lastOutcome: RunOutcome?

  init(_ trial: consuming Trial, lastOutcome: RunOutcome? = nil) {
    self.trial = trial
    self.lastOutcome = lastOutcome
  }

  /// The cost of the trials.
  var work: ExplanationWork { trial.work }

  /// - Parameter start: the expected start without any change.
  mutating func run(start: ExpectedStart?) throws {
    var required: [FleetEdit] = []
    // Barriers are removed one by one until the deployment starts or something else is in the way.
    while required.count < 8 {
      switch try attempt(required, required.isEmpty ? .apply : .unblock) {
      case .starts(var suggestion):
        if required.isEmpty, suggestion.start == .now {
          suggestion.remedies = [.apply]
          suggestions.append(suggestion)
          return
        }
        if !required.isEmpty {
          try tryMoreMemory(required)
          suggestions.append(suggestion)
        }
        return try suggestWaiting(start)
      case .stuck(let standstill):
        if let barrier = barrier(of: standstill), !required.contains(barrier) {
          if case .repairEngine = barrier { try tryMove(standstill, required) }
          required.append(barrier)
          continue
        }
        try tryAlternatives(standstill, required)
        if suggestions.isEmpty { try tryHeadOfQueue(standstill, required, start) }
        // Once the barriers are removed, it may only have to wait.
        if !required.isEmpty, let later = try trial.laterStart(after: required) { suggestions.append(later) }
        suggestions.sort { $0.kind < $1.kind }
        return try suggestWaiting(start)
      case nil: return try suggestWaiting(start)
      }
    }
  }

  private mutating func suggestWaiting(_ start: ExpectedStart?) throws {
    if case .at(let instant) = start {
      suggestions.append(Suggestion(kind: .wait, remedies: [], start: .at(instant)))
    } else if case .starts(let suggestion)? = try attempt([], .wait) {
      suggestions.append(suggestion)
    }
  }

  private mutating func attempt(_ edits: [FleetEdit], _ kind: Suggestion.Kind) throws -> Trial.Outcome? {
    if triesLeft == 0 || trial.isExhausted { return nil }
    triesLeft -= 1
    return try trial.outcome(of: edits, kind: kind)
  }

  /// Tries edits and keeps the suggestion if they start the deployment. Returns whether they do.
  private mutating func keep(_ edits: [FleetEdit], _ kind: Suggestion.Kind) throws -> Bool {
    guard case .starts(let suggestion)? = try attempt(edits, kind) else { return false }
    suggestions.append(suggestion)
    return true
  }

  // MARK: Barriers

  private func barrier(of standstill: Trial.Standstill) -> FleetEdit? {
    let state = standstill.fleet.deployments[standstill.slot]
    let identity = state.record.identity
    switch standstill.reason {
    case .suspended: return .suspend(identity, false)
    case .failed: return .retry(identity)
    case .protected: return state.record.progress.isWithdrawn ? nil : .unprotect(identity)
    case .ownerInactive(let user): return .activate(user: user)
    case .ownerNotMember(let user, let organization): return .enroll(user: user, organization: organization)
    case .secretUnavailable(let words): return .provideSecret(identity, words)
    case .clusterUnknown(let words):
      let cluster = standstill.fleet.clusters[state.cluster]
      return cluster.unknown == nil ? nil : .repairEngine(cluster.record.identity, words)
    case nil where state.record.progress.status == .completed && identity == trial.target: return .rerun(identity)
    default: return nil
    }
  }

  /// Tries a larger request after a run was stopped for using more memory than it requests. A changed request runs a FAILED
  /// deployment again by itself.
  private mutating func tryMoreMemory(_ required: [FleetEdit]) throws {
    guard lastOutcome == .ramExceeded, required.contains(.retry(trial.target)),
      let wanted = trial.settled.fleet.withMoreMemory(trial.target)
    else { return }
    _ = try keep(required.filter { $0 != .retry(trial.target) } + [.resources(trial.target, wanted)], .more)
  }

  // MARK: Room

  private mutating func tryAlternatives(_ standstill: Trial.Standstill, _ required: [FleetEdit]) throws {
    switch standstill.reason {
    case .neverFits, .overcommitted, .heldByServices, .behindReservation, .insufficientCapacity, .runsStopping: break
    default: return
    }
    try tryMaxRuntime(standstill, required)
    try trySmallerRequest(standstill, required)
    try tryPriority(standstill, required)
    try tryMove(standstill, required)
    try tryCapacity(standstill, required)
    if suggestions.isEmpty || isHeldByServices(standstill) { try trySuspendingService(standstill, required) }
  }

  /// Tries high priority combined with more capacity or with waiting, because no single change starts the deployment at
  /// once.
  private mutating func tryHeadOfQueue(
    _ standstill: Trial.Standstill, _ required: [FleetEdit], _ start: ExpectedStart?
  ) throws {
    let state = standstill.fleet.deployments[standstill.slot]
    let identity = state.record.identity
    guard case .behindReservation = standstill.reason, state.effectivePriority < .high else { return }
    let first = required + [.priority(identity, .high)]
    let wanted = standstill.fleet.capacity(for: standstill.slot)
    if wanted != standstill.fleet.clusters[state.cluster].record.capacity {
      _ = try keep(first + [.capacity(identity.cluster, wanted)], .capacity)
    }
    guard let later = try trial.laterStart(after: first), case .at(let instant) = later.start else { return }
    if case .at(let unchanged) = start, unchanged <= instant { return }
    suggestions.append(later)
  }

  private func isHeldByServices(_ standstill: Trial.Standstill) -> Bool {
    if case .heldByServices = standstill.reason { true } else { false }
  }

  /// Tries a maximum runtime: a job that ends before the reservation ahead of it begins may start first.
  private mutating func tryMaxRuntime(_ standstill: Trial.Standstill, _ required: [FleetEdit]) throws {
    guard case .behindReservation(let head, _) = standstill.reason else { return }
    let state = standstill.fleet.deployments[standstill.slot]
    guard state.record.traits.mode == .job,
      let reservation = standstill.fleet.clusters[state.cluster].reservations.first(where: {
        standstill.fleet.deployments[$0.slot].record.identity == head
      }), let start = reservation.promise ?? reservation.start?.at
    else { return }
    let window = (start - standstill.now).nanoseconds / 1_000_000_000
    // Whole minutes are easier to read; less than one minute is not worth a try.
    let span = TimeSpan.seconds(window >= 120 ? window / 60 * 60 : window)
    if window < 60 || state.record.traits.maxRuntime.map({ $0 <= span }) == true { return }
    // The bound would stop it before it is done.
    if let expected = standstill.fleet.runtimeBound(of: standstill.slot).expected, expected > span { return }
    _ = try keep(required + [.maxRuntime(state.record.identity, span)], .bound)
  }

  private mutating func tryPriority(_ standstill: Trial.Standstill, _ required: [FleetEdit]) throws {
    let state = standstill.fleet.deployments[standstill.slot]
    for priority in Priority.allCases where priority > state.effectivePriority {
      guard
        case .starts(var suggestion)? = try attempt(required + [.priority(state.record.identity, priority)], .priority)
      else { continue }
      if !suggestion.bills.isEmpty { suggestion.kind = .preempt }
      suggestions.append(suggestion)
      return
    }
  }

  private mutating func tryMove(_ standstill: Trial.Standstill, _ required: [FleetEdit]) throws {
    let fleet = standstill.fleet
    let state = fleet.deployments[standstill.slot]
    let identity = state.record.identity
    // A move would break the references in its dependents' manifests.
    if !state.dependents.isEmpty { return }
    let request = state.record.traits.resources
    let candidates = fleet.clusters.filter { cluster in
      !cluster.isVacant && !cluster.record.isWithdrawn && cluster.record.identity != identity.cluster
        && cluster.record.identity.organization == identity.cluster.organization
        && cluster.record.engine == fleet.clusters[state.cluster].record.engine
        && cluster.unknown == nil && cluster.room.assignment(for: request) != nil
        && fleet.deploymentsByIdentity[DeploymentIdentity(cluster: cluster.record.identity, name: identity.name)] == nil
    }.map(\.record.identity).sorted()
    for cluster in candidates.prefix(Self.most) {
      if try keep(required + [.move(identity, to: cluster)], .move) { return }
    }
  }

  /// Tries the smallest capacity with which it starts: its own shortfall, and that of the deployments with reservations
  /// ahead of it.
  private mutating func tryCapacity(_ standstill: Trial.Standstill, _ required: [FleetEdit]) throws {
    var standstill = standstill
    let cluster = standstill.fleet.deployments[standstill.slot].cluster
    let record = standstill.fleet.clusters[cluster].record
    // Room for itself beside all that is held and kept may be less than room for those ahead of it.
    if case .behindReservation(_, let kept) = standstill.reason {
      let request = standstill.fleet.deployments[standstill.slot].record.traits.resources
      var own = record.capacity
      for dimension in kept { own[dimension] += request[dimension] }
      own = own.withWholeGPUs
      if case .starts(let suggestion)? = try attempt(required + [.capacity(record.identity, own)], .capacity) {
        suggestions.append(suggestion)
        return
      }
    }
    for _ in 0..<6 {
      guard let wanted = wantedCapacity(standstill, cluster),
        let outcome = try attempt(required + [.capacity(record.identity, wanted)], .capacity)
      else { return }
      switch outcome {
      case .starts(let suggestion):
        suggestions.append(suggestion)
        return
      case .stuck(let next):
        if next.fleet.deployments[next.slot].cluster != cluster { return }
        standstill = next
      }
    }
  }

  private func wantedCapacity(_ standstill: Trial.Standstill, _ cluster: ClusterSlot) -> Resources? {
    let fleet = standstill.fleet
    let now = fleet.clusters[cluster].record.capacity
    var wanted: Resources
    switch standstill.reason {
    case .neverFits, .overcommitted, .insufficientCapacity, .heldByServices:
      wanted = fleet.capacity(for: standstill.slot)
    case .behindReservation(let head, _):
      guard let slot = fleet.deploymentsByIdentity[head] else { return nil }
      wanted = fleet.capacity(for: slot)
      if wanted == now { wanted += fleet.deployments[standstill.slot].record.traits.resources }
    default: return nil
    }
    wanted = wanted.withWholeGPUs
    return wanted == now ? nil : wanted
  }

  private mutating func trySuspendingService(_ standstill: Trial.Standstill, _ required: [FleetEdit]) throws {
    let fleet = standstill.fleet
    let cluster = fleet.deployments[standstill.slot].cluster
    let services = fleet.clusters[cluster].runs.sorted().compactMap { fleet.runs[$0] }.filter { run in
      let traits = fleet.deployments[run.deployment].record.traits
      return traits.mode == .service && !traits.protect && run.deployment != standstill.slot
        && !fleet.deployments[run.deployment].dependents.contains { fleet.deployments[$0.slot].run != nil }
    }
    let candidates = services.sorted { left, right in
      let (a, b) = (fleet.deployments[left.deployment], fleet.deployments[right.deployment])
      if a.effectivePriority != b.effectivePriority { return a.effectivePriority < b.effectivePriority }
      return a.record.identity < b.record.identity
    }
    for run in candidates.prefix(Self.most) {
      let identity = fleet.deployments[run.deployment].record.identity
      if try keep(required + [.suspend(identity, true)], .suspendOther) { return }
    }
  }

  // MARK: Smaller requests

  /// Tries the largest smaller request with which the deployment starts.
  private mutating func trySmallerRequest(_ standstill: Trial.Standstill, _ required: [FleetEdit]) throws {
    let identity = standstill.fleet.deployments[standstill.slot].record.identity
    let requests = SmallerRequests(standstill).list
    guard !requests.isEmpty else { return }
    // Fitting is monotonic in the request, so a binary search finds the border. The largest is the most likely to be
    // accepted.
    var best: Suggestion?
    var (low, high) = (0, requests.count)
    var middle = 0
    while low < high {
      if case .starts(let suggestion)? = try attempt(required + [.resources(identity, requests[middle])], .less) {
        best = suggestion
        high = middle
      } else {
        low = middle + 1
      }
      middle = (low + high) / 2
    }
    if let best { suggestions.append(best) }
  }
}

extension Resources {
  /// The same, with GPUs rounded up to whole ones.
  fileprivate var withWholeGPUs: Resources {
    Resources(ramBytes: ramBytes, cpuMilli: cpuMilli, gpuMilli: (gpuMilli + 999) / 1000 * 1000)
  }
}

extension Fleet {
  /// Returns a deployment's request with twice the memory, or as much as its cluster has; `nil` if that is not more.
  fileprivate func withMoreMemory(_ identity: DeploymentIdentity) -> Resources? {
    guard let slot = deploymentsByIdentity[identity] else { return nil }
    var wanted = deployments[slot].record.traits.resources
    let most = clusters[deployments[slot].cluster].record.capacity.ramBytes
    guard wanted.ramBytes < most else { return nil }
    wanted.ramBytes = wanted.ramBytes > most / 2 ? most : wanted.ramBytes * 2
    return wanted
  }
}
