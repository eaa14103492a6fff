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
    reportUnknown(.organization(name), from: index, at: span) { Array($0.organizations.keys) + $0.known.organizations }
    return .unknown
  }

  /// A user by name.
  mutating func user(_ name: String, from index: Int, at span: Span) -> Referent<KnownObjects.User> {
    if let found = users[name] { return .declared(found) }
    if let found = known.users[name] { return .known(found) }
    reportUnknown(.user(name), from: index, at: span) { Array($0.users.keys) + $0.known.users.keys }
    return .unknown
  }

  /// A cluster by identity.
  mutating func cluster(_ name: ClusterIdentity, from index: Int, at span: Span) -> Referent<KnownObjects.Cluster> {
    if let found = clusters[name] { return .declared(found) }
    if let found = known.clusters[name] { return .known(found) }
    reportUnknown(.cluster(name), from: index, at: span) { validator in
      validator.clusters.keys.map(\.text) + validator.known.clusters.keys.map(\.text)
    }
    return .unknown
  }

  /// A deployment by identity.
  mutating func deployment(
    _ name: DeploymentIdentity, from index: Int, at span: Span
  ) -> Referent<KnownObjects.Deployment> {
    if let found = deployments[name] { return .declared(found) }
    if let found = known.deployments[name] { return .known(found) }
    reportUnknown(.deployment(name), from: index, at: span) { validator in
      // What is nearly called so on the same cluster, and what is called so on another.
      let all = Array(validator.deployments.keys) + validator.known.deployments.keys
      let beside = all.filter { $0.cluster == name.cluster }.map(\.name)
      let nearest = beside.count <= Validator.candidates ? NearestName.of(name.name, among: beside) : nil
      if let nearest { return [DeploymentIdentity(cluster: name.cluster, name: nearest).text] }
      return all.filter { $0.name == name.name }.map(\.text)
    }
    return .unknown
  }

  /// How many names are compared for a hint, so that a thousand mistakes among a hundred thousand names stay quick.
  private static let candidates = 2000

  private mutating func reportUnknown(
    _ identity: ObjectIdentity, from index: Int, at span: Span, among names: (Validator) -> [String]
  ) {
    guard !isPartlyUnknown else { return }
    let all = findings.count < 100 ? names(self) : []
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
