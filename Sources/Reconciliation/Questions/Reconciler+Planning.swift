import Diagnostics
import EngineInterface
import FleetCore
import FleetModel
import Manifests
import PlanModel

/// The initial events of a plan, with what the look at the engines found.
struct Beginning {
  /// The declaration and the observations.
  var events: [Event]
  /// What the engines report of runs that are not recorded.
  var firstLooks: [EngineSpec: ClusterObservation]
  var cursors: [EngineSpec: ObservationCursor]
}

extension Reconciler {
  /// Returns the plan of a request against the recorded and observed state, with the warnings about its manifests. Takes no
  /// lock and writes nothing.
  ///
  /// - Throws: `InvalidManifests`; `UnknownTarget`; `SpecCodingError`; `StateError`.
  public func plan(_ request: ApplyRequest) async throws -> (plan: Plan, warnings: [Diagnostic]) {
    _ = try load()
    try adoptSource(of: request, records: false)
    let review = try compare(request.input, request.options, try table(for: request)).review
    let beginning = try await beginning(of: request, review)
    let warnings = review.warnings
    let plan = planned(request, consume review, consume beginning, asOf: time.now(), keepingStart: false).plan
    return (plan, warnings)
  }

  /// Returns the plan of a request against an empty state, with the warnings about its manifests.
  public static func planOffline(
    _ request: ApplyRequest, secrets: any SecretResolver, now: Instant
  ) throws -> (plan: Plan, warnings: [Diagnostic]) {
    let fleet = Fleet(installation: Installation(id: "offline", key: []))
    var (desired, warnings): (DesiredState, [Diagnostic])
    switch request.input {
    case .declared(let declared, let changes):
      (desired, warnings) = (declared, [])
      _ = try fleet.suppose(changes, in: &desired, request.options)
    case .files(let files):
      let files = try files.withContents()
      (desired, warnings) = try files.decoded(by: {
        try ManifestIntake.desired(files.reading, known: KnownObjects(), secrets: secrets)
      })
    }
    let comparison = try fleet.compare(
      desired, secrets: fleet.secrets(of: desired, request.options, from: secrets), options: request.options)
    var plan = fleet.plan(comparison, now: now, forecasting: request.forecasting)
    plan.isOffline = true
    return (plan, warnings)
  }

  /// Plans with the fleet itself, which is given up: until another takes its place, it must be loaded again.
  func planned(
    _ request: ApplyRequest, _ review: consuming InputReview, _ beginning: consuming Beginning, asOf now: Instant,
    keepingStart: Bool
  ) -> (plan: Plan, start: PlanStart?) {
    let firstLooks = beginning.firstLooks
    // A copy of a large fleet would take longer than the plan.
    let base = giveUpFleet()
    return (consume base).plan(
      review.comparison, beginningWith: beginning.events, engines: { firstLooks[$0] }, now: now,
      forecasting: request.forecasting, keepingStart: keepingStart)
  }

  private func giveUpFleet() -> Fleet {
    let given = fleet
    fleet = Fleet(installation: given.installation)
    isLoaded = false
    return given
  }

  /// Observes the engines and the secrets, and returns the initial events of a plan.
  func beginning(of request: ApplyRequest, _ review: InputReview) async throws -> Beginning {
    let retries: [DeploymentIdentity] =
      switch request.retries {
      case .none: []
      case .all: fleet.failedDeployments(of: request.options.source)
      case .named(let identities): identities
      }
    // The request is taken after the declaration, when renamed deployments have their new names.
    let declared = review.comparison.declaredIdentities
    let (observations, cursors) = await look()
    var firstLooks: [EngineSpec: ClusterObservation] = [:]
    for record in fleet.clusterRecords { firstLooks[record.engine] = observations[record.id].map(ofStrangers) }
    for change in review.comparison.revision.declarations {
      guard case .cluster(let spec) = change.declaration.spec, firstLooks[spec.engine] == nil else { continue }
      firstLooks[spec.engine] = await firstLook(at: spec.engine)
    }
    var elsewhere = try missingSecrets()
    if !elsewhere.isEmpty {
      // Those of declared deployments are in the revision.
      for case .deployment(let identity) in review.declarations.map(\.identity) {
        if let id = fleet.deploymentID(of: review.comparison.recordedIdentity(of: identity)) { elsewhere[id] = nil }
      }
    }
    var events = fleet.beginning(
      review.comparison, retrying: retries.map { declared[$0] ?? $0 }, missingSecrets: elsewhere,
      observations: observations)
    // What is supposed follows the declaration, and precedes every admission.
    events.insert(contentsOf: review.supposed, at: min(1, events.count))
    return Beginning(events: events, firstLooks: firstLooks, cursors: cursors)
  }

  /// Returns what an engine reports on which no cluster is recorded.
  private func firstLook(at spec: EngineSpec) async -> ClusterObservation {
    let asOf = fleet.stepCount
    do throws(EngineError) {
      let engine = engines.engine(for: spec)
      let snapshot = try await limit.call("a look", isLook: true) { () throws(EngineError) in try await engine.observe()
      }
      return ofStrangers(.answered(runs: try await examined(snapshot, of: spec).get().runs, asOf: asOf))
    } catch {
      return .unknown(error.message)
    }
  }

  /// Returns an observation of the runs that are not recorded as live.
  private func ofStrangers(_ observation: ClusterObservation) -> ClusterObservation {
    guard case .answered(let runs, let asOf) = observation else { return observation }
    return .answered(runs: runs.filter { !fleet.isLive($0.key) }, asOf: asOf)
  }
}
