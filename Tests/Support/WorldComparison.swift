import FleetCore
import FleetModel
import PlanModel

// Fleets that must agree.

extension SimulatedWorld {
  /// The plan is the same however the declarations are ordered, and applying it leaves nothing but holds.
  mutating func checkPlan(_ comparison: Comparison) throws {
    let plan = fleet.plan(comparison, now: now)
    var shuffled = comparison
    shuffled.revision.declarations = []
    var rest = comparison.revision.declarations
    for kind in ObjectKind.allCases {
      var same = rest.filter { $0.declaration.identity.kind == kind }
      rest.removeAll { $0.declaration.identity.kind == kind }
      // Clusters come in the order of identities, for that is the order in which they are looked at.
      if kind == .deployment || kind == .user { same.shuffle(using: &random) }
      shuffled.revision.declarations += same
    }
    shuffled.revision.withdrawn.shuffle(using: &random)
    let other = fleet.plan(shuffled, now: now)
    // Organizations, users and clusters are registered in the order of the declarations, which the manifests sort.
    func planned(_ plan: Plan) -> [Action] { plan.actions.filter { $0.identity.kind == .deployment } }
    if planned(other) != planned(plan) || other.inheritances != plan.inheritances {
      throw violation("the order of declarations does not matter", Self.difference(planned(plan), planned(other)))
    }
    note("plan \(plan.actions.map { "\($0.kind) \($0.identity.path)" })")
  }

  static func difference<Element>(_ left: [Element], _ right: [Element]) -> String {
    let (a, b) = (left.map { "\($0)" }, right.map { "\($0)" })
    for index in 0..<max(a.count, b.count) {
      let (x, y) = (index < a.count ? a[index] : "nothing", index < b.count ? b[index] : "nothing")
      if x != y { return "at \(index):\n  \(x)\n  \(y)" }
    }
    return "none"
  }

  /// Checks that the running fleet and a fleet loaded from its records decide the same, once both have seen the same.
  func checkReload() throws {
    var lived = fleet
    _ = step(&lived, .timer, now: now)
    try checkReadiness(lived)
    var same = try comparison(of: applied)
    guard same.changes.isEmpty else { throw violation("what was applied does not differ", "\(same.changes)") }
    // A launch may have missed a secret that the reader of the manifests found.
    same.revision.missingSecrets = [:]
    for deployment in journal.deployments.values {
      same.revision.missingSecrets[deployment.identity] = lived.missingSecret(of: deployment.identity)
    }
    let plan = lived.plan(same, now: lived.lastNow)
    if let action = plan.actions.first(where: { !$0.isHold }) {
      throw violation("a settled plan holds nothing but holds", "\(action)")
    }
    // Nominations are not recorded: a loaded fleet computes the claims of replacements anew from the present room.
    guard !(fleet.liveRuns.contains { fleet.isCallOutstanding($0.name) || $0.stopCause == .replaced }) else { return }
    if fleet.hasClaimsBesideSwaps { return }
    let recorded = try store.load()
    var loaded = Fleet(recorded, following: lived)
    func see(_ fleet: inout Fleet) {
      _ = step(&fleet, .declared(same.revision), now: now)
      var observations: [ClusterID: ClusterObservation] = [:]
      for cluster in recorded.clusters {
        if let why = self.fleet.whyClosed(cluster.id), why != "orphans" {
          observations[cluster.id] = .unknown(why)
          continue
        }
        var runs: [RunName: RunObservation] = [:]
        for run in recorded.runs where run.cluster == cluster.id { runs[run.name] = Self.expected(run) }
        observations[cluster.id] = .answered(runs: runs, asOf: fleet.stepCount)
      }
      _ = step(&fleet, .clustersObserved(observations), now: now)
    }
    see(&lived)
    see(&loaded)
    let (a, b) = (lived.derivedFacts(now: now), loaded.derivedFacts(now: now))
    // While a cluster is closed, a claim outlives the run whose room it is for.
    if lived.hasClaimsBesideSwaps { return }
    if a != b { throw violation("the loaded fleet equals the one that lived on", Self.difference(a, b)) }
  }

  /// The observation that an engine would report of a run if all was as recorded.
  private static func expected(_ run: RunRecord) -> RunObservation {
    switch run.state {
    case .starting: run.isLaunched ? .queued("in line") : run.handle == nil ? .absent : .prepared
    case .running: .running(since: run.startedAt ?? run.createdAt)
    case .stopping: run.startedAt.map { .running(since: $0) } ?? .prepared
    case .ended, .lost: .absent
    }
  }
}
