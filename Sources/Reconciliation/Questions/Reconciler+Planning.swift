import EngineInterface
import FleetCore
import FleetModel
import Manifests
import PlanModel
import StateStore

extension Reconciler {
  /// The plan of a request against the state as it is recorded and observed now. Takes no lock and writes nothing.
  public func plan(_ request: ApplyRequest) async throws -> Plan {
    _ = try load()
    return try await planned(request, toBegin: false).plan
  }

  /// The plan against an empty state, where none is at hand.
  public static func planOffline(_ request: ApplyRequest, secrets: any SecretResolver, now: Instant) throws -> Plan {
    let installation = Installation(id: "offline", key: [])
    let fleet = Fleet(installation: installation)
    var desired = request.desired
    _ = try fleet.suppose(request.supposing, in: &desired)
    let resolved = SecretResolution(secrets, root: request.options.binding, key: installation.key).resolve(desired)
    let comparison = try fleet.compare(desired, secrets: resolved, options: request.options)
    var plan = fleet.plan(comparison, now: now, forecasting: request.forecasting)
    plan.isOffline = true
    return plan
  }

  private func compared(_ request: ApplyRequest) throws -> (
    comparison: Comparison, declarations: [Declaration], files: ComparedFiles?
  ) {
    if let files = request.files {
      table = try storedTable(of: request.options.source)
      let compared = try compare(files, request.options, table)
      return (compared.comparison, compared.declarations, compared.files)
    }
    let resolution = SecretResolution(
      secrets, root: request.options.binding, key: fleet.installation.key)
    let comparison = try fleet.compare(
      request.desired, secrets: resolution.resolve(request.desired), options: request.options)
    return (comparison, request.desired.declarations, nil)
  }

  /// Plans, and returns what carrying it out begins with: the fleet as it then is, and what is to be done.
  func planned(_ request: ApplyRequest, toBegin: Bool) async throws -> Planned {
    let beginning = try await beginning(of: request)
    // They are noted with what is carried out; until then the step leaves a core free.
    if toBegin, let files = beginning.files { files.files.prepareDigests(of: files.decoded.map(\.index)) }
    let now = time.now()
    var begun: (fleet: Fleet, effects: [Effect])?
    func keep(_ fleet: Fleet, _ effects: [Effect]) { if toBegin { begun = (fleet, effects) } }
    let silence = beginning.silence
    // The plan is made of the fleet itself: a copy of a large one would cost more than the plan.
    let base = giveUpFleet()
    let plan = (consume base).plan(
      beginning.comparison, beginningWith: beginning.events, engines: { silence[$0] }, now: now,
      forecasting: request.forecasting, begun: keep)
    return Planned(plan: plan, begun: begun, cursors: beginning.cursors, files: beginning.files)
  }

  /// The fleet, which is to be loaded anew unless another takes its place.
  private func giveUpFleet() -> Fleet {
    let given = fleet
    fleet = Fleet(installation: given.installation)
    isLoaded = false
    return given
  }

  /// Compares and observes: all that a plan of a request begins with.
  func beginning(of request: ApplyRequest) async throws -> Beginning {
    var request = request
    var supposed: [Event] = []
    if !request.supposing.isEmpty {
      request.files = nil
      supposed = try fleet.suppose(request.supposing, in: &request.desired)
    }
    let (comparison, declarations, files) = try compared(request)
    let retries: [DeploymentIdentity] =
      switch request.retries {
      case .none: []
      case .all: fleet.failedDeployments(of: request.options.source)
      case .named(let identities): identities
      }
    let (observations, cursors) = await look()
    var silence: [EngineSpec: String] = [:]
    for change in comparison.revision.declarations {
      guard case .cluster(let spec) = change.declaration.spec else { continue }
      if cursors[spec.engine] == nil, let why = await probe(spec.engine) { silence[spec.engine] = why }
    }
    var elsewhere = try missingSecrets()
    if !elsewhere.isEmpty {
      for case .deployment(let identity) in declarations.map(\.identity) { elsewhere[identity] = nil }
    }
    var events = fleet.beginning(
      comparison, retrying: retries, missingSecrets: elsewhere, observations: observations)
    // After what is declared, and before anything is admitted.
    events.insert(contentsOf: supposed, at: min(1, events.count))
    return Beginning(comparison: comparison, events: events, silence: silence, cursors: cursors, files: files)
  }

  /// Why an engine does not answer; nil: it does.
  private func probe(_ spec: EngineSpec) async -> String? {
    do throws(EngineError) {
      _ = try await engines.engine(for: spec).observe()
      return nil
    } catch {
      return error.message
    }
  }

  /// The waiting deployments whose secrets can't be resolved here.
  func missingSecrets() throws -> [DeploymentIdentity: String] {
    var missing: [DeploymentIdentity: String] = [:]
    for (record, root) in fleet.waitingWithSecrets() {
      guard case .deployment(let spec) = try SpecCoding.decode(record.specText, of: .deployment(record.identity)).spec
      else { continue }
      for reference in spec.secretReferences {
        if case .failure(let problem) = secrets.resolve(reference, root: root) {
          missing[record.identity] = problem.message
          break
        }
      }
    }
    return missing
  }
}

/// What a plan begins with.
struct Beginning {
  var comparison: Comparison
  /// What is declared and observed.
  var events: [Event]
  /// Why engines do not answer that new clusters have.
  var silence: [EngineSpec: String]
  var cursors: [EngineSpec: ObservationCursor]
  var files: ComparedFiles?
}

/// A plan, and what carrying it out begins with.
struct Planned {
  var plan: Plan
  var begun: (fleet: Fleet, effects: [Effect])?
  var cursors: [EngineSpec: ObservationCursor]
  var files: ComparedFiles?
}

/// Looks up what a desired state refers to: digests for the deployments' environments, values for the columns.
struct SecretResolution {
  let resolver: any SecretResolver
  let root: String?
  let key: [UInt8]

  init(_ resolver: any SecretResolver, root: String?, key: [UInt8]) {
    self.resolver = resolver
    self.root = root
    self.key = key
  }

  func resolve(_ desired: DesiredState) -> ResolvedSecrets {
    var resolved = ResolvedSecrets()
    for declaration in desired.declarations {
      switch declaration.spec {
      case .deployment(let spec):
        for reference in spec.secretReferences where resolved.states[reference] == nil {
          switch resolver.resolve(reference, root: root) {
          case .success(let value):
            let digest = value.withValue { MessageDigest.hex(MessageDigest.hmac("secret/" + $0, key: key)) }
            resolved.states[reference] = .available(digest: digest)
          case .failure(let problem): resolved.states[reference] = .unavailable(problem.message)
          }
        }
      case .user(let spec): note(spec.hashedPassword, &resolved)
      case .organization(let spec): note(spec.inviteCode, &resolved)
      case .cluster: break
      }
    }
    return resolved
  }

  private func note(_ sensitive: SensitiveValue?, _ resolved: inout ResolvedSecrets) {
    guard case .reference(let reference) = sensitive else { return }
    switch resolver.resolve(reference, root: root) {
    case .success(let value): resolved.columnValues[reference] = value
    case .failure(let problem): resolved.missingColumnValues[reference] = problem.message
    }
  }
}
