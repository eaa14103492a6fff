import Diagnostics
import FleetModel

/// The manifests of a simulated world at one moment.
struct WorldManifest: Sendable {
  /// A deployment. Dependencies point to lower ranks, so that there is never a cycle, whatever changes.
  struct Entry: Sendable {
    var rank: Int
    var identity: DeploymentIdentity
    var renamedFrom: DeploymentIdentity?
    var traits: DeploymentTraits
    var user: String
    var image: String
    var rerun: Int
    var secret: String?
    var dependsOn: [(rank: Int, isRunning: Bool)]
  }

  static let organization = "org"
  var users: [String: UserSpec] = [:]
  var clusters: [ClusterIdentity: Resources] = [:]
  var scheduling: [ClusterIdentity: SchedulingSpec] = [:]
  var entries: [Entry] = []
  /// Names of variables that can't be resolved for the moment.
  var missingSecrets: Set<String> = []
  /// Versions of the variables' values. A new version needs a new run.
  var secretVersions: [String: Int] = [:]

  /// All declarations, each kind in the order of identities.
  var desired: DesiredState {
    let place = SourcePlace(file: "world.yaml", line: 1, column: 1)
    var declarations = [
      Declaration(
        identity: .organization(Self.organization), metadata: ObjectMetadata(), spec: .organization(OrganizationSpec()),
        place: place)
    ]
    for (name, spec) in users.sorted(by: { $0.key < $1.key }) {
      declarations.append(
        Declaration(identity: .user(name), metadata: ObjectMetadata(), spec: .user(spec), place: place))
    }
    for (identity, capacity) in clusters.sorted(by: { $0.key < $1.key }) {
      let spec = ClusterSpec(
        creator: "u0", capacity: capacity, scheduling: scheduling[identity] ?? SchedulingSpec())
      declarations.append(
        Declaration(identity: .cluster(identity), metadata: ObjectMetadata(), spec: .cluster(spec), place: place))
    }
    let byRank = Dictionary(uniqueKeysWithValues: entries.map { ($0.rank, $0) })
    for entry in entries.sorted(by: { $0.identity < $1.identity }) {
      var spec = DeploymentSpec(traits: entry.traits, user: entry.user, image: entry.image)
      spec.rerun = entry.rerun == 0 ? nil : "\(entry.rerun)"
      if let secret = entry.secret { spec.env["TOKEN"] = .secret(.fromEnv(secret)) }
      spec.dependsOn = entry.dependsOn.compactMap { edge in
        guard let other = byRank[edge.rank] else { return nil }
        let isRunning = edge.isRunning || other.traits.mode == .service
        return Dependency(on: other.identity, until: isRunning ? .running : .completed)
      }.sorted()
      let metadata = ObjectMetadata(renamedFrom: entry.renamedFrom.map { .deployment($0) })
      declarations.append(
        Declaration(
          identity: .deployment(entry.identity), metadata: metadata, spec: .deployment(spec), place: place))
    }
    return DesiredState(declarations: declarations)
  }

  /// The present results of resolving the secrets.
  var secretStates: [SecretReference: SecretState] {
    var states: [SecretReference: SecretState] = [:]
    for entry in entries {
      guard let name = entry.secret else { continue }
      states[.fromEnv(name)] =
        missingSecrets.contains(name)
        ? .unavailable("\(name) is not set") : .available(digest: "\(name)-\(secretVersions[name] ?? 0)")
    }
    return states
  }
}
