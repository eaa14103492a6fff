import Diagnostics
import FleetCore
import FleetModel
import Manifests
import PlanModel
import Reconciliation

/// What `diff` and `apply` share: manifests, read against what is recorded, and the request that they make.
struct Comparing {
  let request: ApplyRequest
  let warnings: [Diagnostic]
  /// The state for reading; nil: there is none yet, or it was not to be read.
  let recorded: RecordedSide?

  init(
    _ loading: ManifestLoading, _ options: ComparingOptions, recorded: RecordedSide?, lockTimeout: TimeSpan = .zero
  ) async throws {
    self.recorded = recorded
    let known = try await recorded?.known(beside: options.source) ?? KnownObjects()
    let loaded = try loading.load(known: known)
    warnings = loaded.warnings
    let comparison = ComparisonOptions(
      source: options.source, binding: loaded.binding, prunes: loaded.binding != nil || options.prune,
      allowsEmpty: options.allowEmpty, confirmedDeletions: options.confirmPrune,
      takesOwnership: options.takeOwnership)
    request = ApplyRequest(
      desired: loaded.desired, options: comparison, retries: try options.retries, lockTimeout: lockTimeout)
  }

  /// The plan, against what is recorded and observed, or against nothing.
  func plan() async throws -> Plan {
    guard let recorded else {
      return try Reconciler.planOffline(request, secrets: LocalSecrets(), now: SystemTime().now())
    }
    return try await recorded.reconciler(command: "berth diff").plan(request)
  }
}

extension ComparingOptions {
  /// Which FAILED deployments are to run again.
  var retries: RetrySelection {
    get throws {
      if retryFailed.isEmpty { return .none }
      if retryFailed.contains("all") { return .all }
      return .named(
        try retryFailed.map { text in
          guard case .deployment(let identity) = ObjectIdentity(kind: .deployment, path: text) else {
            throw CommandError.notFound(
              "\(text) is no deployment's name", hint: "a deployment is named organization/cluster/name")
          }
          return identity
        })
    }
  }
}
