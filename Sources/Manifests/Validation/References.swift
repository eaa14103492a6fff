import Diagnostics
import FleetModel

/// An object that a document refers to.
enum Referent<Known> {
  /// Another document, by its index.
  case declared(Int)
  /// An object of another source.
  case known(Known)
  /// Nobody knows it, and that has been reported if it is certain.
  case unknown
}

extension Validator {
  /// An organization by name.
  mutating func organization(_ name: String, from index: Int, at span: Span) -> Referent<Void> {
    if let found = organizations[name] { return .declared(found) }
    if known.organizations.contains(name) { return .known(()) }
    let names = isHinting ? Array(organizations.keys) + known.organizations : []
    reportUnknown(.organization(name), from: index, at: span, among: names)
    return .unknown
  }

  /// A user by name.
  mutating func user(_ name: String, from index: Int, at span: Span) -> Referent<KnownObjects.User> {
    if let found = users[name] { return .declared(found) }
    if let found = known.users[name] { return .known(found) }
    let names = isHinting ? Array(users.keys) + known.users.keys : []
    reportUnknown(.user(name), from: index, at: span, among: names)
    return .unknown
  }

  /// A cluster by identity.
  mutating func cluster(_ name: ClusterIdentity, from index: Int, at span: Span) -> Referent<KnownObjects.Cluster> {
    if let found = clusters[name] { return .declared(found) }
    if let found = known.clusters[name] { return .known(found) }
    let names = isHinting ? clusters.keys.map(\.text) + known.clusters.keys.map(\.text) : []
    reportUnknown(.cluster(name), from: index, at: span, among: names)
    return .unknown
  }

  /// A deployment by identity.
  mutating func deployment(
    _ name: DeploymentIdentity, from index: Int, at span: Span
  ) -> Referent<KnownObjects.Deployment> {
    if let found = deployments[name] { return .declared(found) }
    if let found = known.deployment(name) { return .known(found) }
    // What is wrong is the other's cluster or name, or the own cluster, and has been said there.
    if case .deployment(let own) = documents[index].identity, own.cluster == name.cluster, !isKnown(name.cluster) {
      return .unknown
    }
    if declaredWrongly.contains(name.name) { return .unknown }
    reportUnknown(.deployment(name), from: index, at: span, among: isHinting ? names(near: name) : [])
    return .unknown
  }

  private func isKnown(_ cluster: ClusterIdentity) -> Bool {
    clusters[cluster] != nil || known.clusters[cluster] != nil
  }

  /// The names of the deployments that are declared on a cluster that nobody knows, and those that were meant by names that
  /// are none.
  private var declaredWrongly: Set<String> {
    mutating get {
      if let wrong { return wrong }
      var names: Set<String> = []
      for other in deployments.keys {
        if !isKnown(other.cluster) { names.insert(other.name) }
        var name = other.name
        let isLabel = name.withUTF8 { NameGrammar.isLabel($0) }
        if !isLabel { names.insert(other.name.lowercased().replacing("_", with: "-")) }
      }
      wrong = names
      return names
    }
  }

  /// What is nearly called so on the same cluster; if nothing is, what is called so on another.
  private mutating func names(near name: DeploymentIdentity) -> [String] {
    guard lookedAt < Validator.looks else { return [] }
    lookedAt += deployments.count + known.deployments.count
    var beside: [String] = []
    var elsewhere: [String] = []
    func look(at other: DeploymentIdentity) {
      if other.cluster == name.cluster {
        if beside.count <= Validator.candidates { beside.append(other.name) }
      } else if other.name == name.name {
        elsewhere.append(other.text)
      }
    }
    for other in deployments.keys { look(at: other) }
    for other in known.deployments.keys { look(at: other) }
    let nearest = beside.count <= Validator.candidates ? NearestName.of(name.name, among: beside) : nil
    return nearest.map { [DeploymentIdentity(cluster: name.cluster, name: $0).text] } ?? elsewhere
  }

  /// How many names are compared for a hint, so that a thousand mistakes among a hundred thousand names stay quick.
  private static let candidates = 2000
  /// How many names of deployments are looked at for all hints together: those of the first mistakes of a large fleet.
  private static let looks = 1_000_000

  /// Whether names for a hint are wanted: not behind so many mistakes.
  private var isHinting: Bool { !isPartlyUnknown && findings.count < 100 }

  private mutating func reportUnknown(
    _ identity: ObjectIdentity, from index: Int, at span: Span, among all: [String]
  ) {
    guard !isPartlyUnknown else { return }
    let hint: String?
    if let renamed = renamed[identity], let new = documents[renamed].identity {
      hint = "it was renamed: write \"\(new.path)\""
    } else {
      hint = all.count <= Validator.candidates ? NearestName.hint(for: identity.path, among: all.sorted()) : nil
    }
    report(
      index,
      Problem(
        code: .unknownReference, message: "there is no \(identity.text)", span: span,
        hint: hint ?? "declare it, or correct the name"))
  }
}
