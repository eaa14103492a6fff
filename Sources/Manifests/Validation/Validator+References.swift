import Diagnostics
import FleetModel

/// The target of a reference.
enum Referent<Known> {
  /// A document, by its index.
  case declared(Int)
  /// An object of another source.
  case known(Known)
  /// An unknown object. Reported already if it is certain that it does not exist.
  case unknown
}

extension Validator {
  /// Resolves an organization by name.
  mutating func organization(_ name: String, from index: Int, at span: Span) -> Referent<Void> {
    if let found = organizations[name] { return .declared(found) }
    if known.organizations.contains(name) { return .known(()) }
    reportUnknown(.organization(name), from: index, at: span) { Array($0.organizations.keys) + $0.known.organizations }
    return .unknown
  }

  /// Resolves a user by name.
  mutating func user(_ name: String, from index: Int, at span: Span) -> Referent<KnownObjects.User> {
    if let found = users[name] { return .declared(found) }
    if let found = known.users[name] { return .known(found) }
    reportUnknown(.user(name), from: index, at: span) { Array($0.users.keys) + $0.known.users.keys }
    return .unknown
  }

  /// Resolves a cluster by identity.
  mutating func cluster(_ name: ClusterIdentity, from index: Int, at span: Span) -> Referent<KnownObjects.Cluster> {
    if let found = clusters[name] { return .declared(found) }
    if let found = known.clusters[name] { return .known(found) }
    reportUnknown(.cluster(name), from: index, at: span) { validator in
      validator.clusters.keys.map(\.text) + validator.known.clusters.keys.map(\.text)
    }
    return .unknown
  }

  /// Resolves a deployment by identity.
  mutating func deployment(
    _ name: DeploymentIdentity, from index: Int, at span: Span
  ) -> Referent<KnownObjects.Deployment> {
    if let found = deployments[name] { return .declared(found) }
    if let found = known.deployment(name) { return .known(found) }
    // The mistake is in the other's cluster or name, or in the own cluster, and was reported there.
    if case .deployment(let own) = documents[index].identity, own.cluster == name.cluster, !isKnown(name.cluster) {
      return .unknown
    }
    if misdeclaredNames.contains(name.name) { return .unknown }
    reportUnknown(.deployment(name), from: index, at: span) { $0.names(near: name) }
    return .unknown
  }

  private func isKnown(_ cluster: ClusterIdentity) -> Bool {
    clusters[cluster] != nil || known.clusters[cluster] != nil
  }

  /// Names of the deployments that are declared on an unknown cluster, and the valid names that invalid ones probably
  /// stand for.
  private var misdeclaredNames: Set<String> {
    mutating get {
      if let misdeclared { return misdeclared }
      var names: Set<String> = []
      for other in deployments.keys {
        if !isKnown(other.cluster) { names.insert(other.name) }
        var name = other.name
        let isLabel = name.withUTF8 { NameGrammar.isLabel($0) }
        if !isLabel { names.insert(other.name.lowercased().replacing("_", with: "-")) }
      }
      misdeclared = names
      return names
    }
  }

  /// Returns the most similar name on the same cluster, or else deployments of the same name on other clusters.
  private mutating func names(near name: DeploymentIdentity) -> [String] {
    guard scannedNames < Validator.maximumScannedNames else { return [] }
    scannedNames += deployments.count + known.deployments.count
    var beside: [String] = []
    var elsewhere: [String] = []
    func look(at other: DeploymentIdentity) {
      if other.cluster == name.cluster {
        if beside.count <= Validator.maximumCandidates { beside.append(other.name) }
      } else if other.name == name.name {
        elsewhere.append(other.text)
      }
    }
    for other in deployments.keys { look(at: other) }
    for other in known.deployments.keys { look(at: other) }
    let nearest = beside.count <= Validator.maximumCandidates ? NearestName.of(name.name, among: beside) : nil
    return nearest.map { [DeploymentIdentity(cluster: name.cluster, name: $0).text] } ?? elsewhere
  }

  /// Maximum number of names compared for one hint, so that a thousand errors among a hundred thousand names stay
  /// quick.
  private static let maximumCandidates = 2000
  /// Maximum number of deployment names scanned for all hints together: enough for the first errors of a large fleet.
  private static let maximumScannedNames = 1_000_000

  /// Whether hints should search for names; not after this many errors.
  private var isHinting: Bool { !isPartlyUnknown && findings.count < 100 }

  /// - Parameter candidates: returns the names that may have been meant; called only if a hint is wanted.
  private mutating func reportUnknown(
    _ identity: ObjectIdentity, from index: Int, at span: Span, among candidates: (inout Validator) -> [String]
  ) {
    guard !isPartlyUnknown else { return }
    reportMissing(identity, index, at: span) { validator in
      Problem(
        code: .unknownReference, message: "there is no \(identity.text)", span: span,
        hint: validator.hint(for: identity, among: candidates) ?? "declare it, or correct the name")
    }
  }

  private mutating func hint(
    for identity: ObjectIdentity, among candidates: (inout Validator) -> [String]
  ) -> String? {
    if let renamed = renamed[identity], let new = documents[renamed].identity {
      return "write \"\(new.path)\": it was renamed"
    }
    guard isHinting else { return nil }
    let all = candidates(&self)
    return all.count <= Validator.maximumCandidates ? NearestName.hint(for: identity.path, among: all.sorted()) : nil
  }
}
