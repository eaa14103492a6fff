import FleetModel
import Manifests
import StateStore

/// Finds recorded objects by what users type: an identity, an unambiguous end of it, or either after a kind.
struct ObjectSearch {
  let store: StateStore

  /// The object with this name.
  /// - Parameters:
  ///   - kinds: kinds to search.
  ///   - remembers: whether to include deleted objects that still have events or runs.
  func identity(
    _ text: String, kinds: [ObjectKind] = ObjectKind.allCases, remembers: Bool = false
  ) throws -> ObjectIdentity {
    if let found = try exact(text, kinds) { return found }
    if let (kind, rest) = Self.split(text), kinds.contains(kind) {
      return try identity(rest, kinds: [kind], remembers: remembers)
    }
    if remembers, let found = try remembered(text, kinds) { return found }
    let all = try kinds.flatMap { try identities(of: $0) }
    let ending = all.filter { $0.path.hasSuffix("/" + text) }
    if ending.count == 1, let found = ending.first { return found }
    if ending.count > 1 { throw Self.ambiguous(text, ending) }
    if remembers {
      let gone = try store.rememberedIdentities(endingWith: text).filter { kinds.contains($0.kind) }
      if gone.count == 1, let found = gone.first { return found }
      if gone.count > 1 { throw Self.ambiguous(text, gone) }
    }
    throw Self.notFound(text, kinds, all)
  }

  /// All identities of a kind, sorted.
  func identities(of kind: ObjectKind) throws -> [ObjectIdentity] {
    switch kind {
    case .organization: try store.organizations().map { .organization($0.name) }
    case .user: try store.users().map { .user($0.username) }
    case .cluster: try store.clusters().map { .cluster($0.identity) }
    case .deployment: try store.deployments().map { .deployment($0.identity) }
    }
  }

  private func exact(_ text: String, _ kinds: [ObjectKind]) throws -> ObjectIdentity? {
    let found = try kinds.compactMap { ObjectIdentity(kind: $0, path: text) }.filter { try isRecorded($0) }
    if found.count > 1 { throw Self.ambiguous(text, found) }
    return found.first
  }

  /// Whether an object is recorded.
  func isRecorded(_ identity: ObjectIdentity) throws -> Bool {
    switch identity {
    case .organization(let name): try !store.organizations(ObjectFilter(name: name)).isEmpty
    case .user(let name): try !store.users(ObjectFilter(name: name)).isEmpty
    case .cluster(let identity): try !store.clusters(ObjectFilter(identity)).isEmpty
    case .deployment(let identity): try !store.deployments(ObjectFilter(identity)).isEmpty
    }
  }

  private func remembered(_ text: String, _ kinds: [ObjectKind]) throws -> ObjectIdentity? {
    try kinds.compactMap { ObjectIdentity(kind: $0, path: text) }.first { identity in
      if try !store.events(EventFilter(subject: identity, limit: 1)).isEmpty { return true }
      guard case .deployment(let deployment) = identity else { return false }
      return try !store.runs(of: deployment, limit: 1).isEmpty
    }
  }

  /// Splits `deployment/vision/lab/train` into a kind and the rest.
  private static func split(_ text: String) -> (ObjectKind, String)? {
    guard let cut = text.firstIndex(of: "/"), let kind = KindWord.kind(String(text[..<cut])) else { return nil }
    return (kind, String(text[text.index(after: cut)...]))
  }

  private static func ambiguous(_ text: String, _ found: [ObjectIdentity]) -> CommandError {
    let names = found.prefix(5).map(\.reference).joined(separator: ", ")
    return .notFound(
      "\"\(text)\" is ambiguous", hint: "it could be \(names)\(found.count > 5 ? ", …" : "")")
  }

  private static func notFound(_ text: String, _ kinds: [ObjectKind], _ all: [ObjectIdentity]) -> CommandError {
    let what = kinds.count == 1 ? kinds[0].rawValue.lowercased() : "object"
    // The name of an organization or a cluster: any deployment of it would be equally near.
    if kinds == [.deployment], let example = all.first(where: { $0.path.hasPrefix(text + "/") }) {
      let parts = example.path.split(separator: "/")
      let forms = [example.path, parts.suffix(2).joined(separator: "/"), String(parts[parts.count - 1])]
      return .notFound(
        "there is no deployment \"\(text)\"",
        hint:
          "use an identity or an end of it, such as \(forms[0]), \(forms[1]) or \(forms[2]); see: berth get deployments"
      )
    }
    // Compares with identities if there is a slash, otherwise also with names.
    let names = text.contains("/") ? all.map(\.path) : all.flatMap { [$0.path, Self.last($0)] }
    let words = kinds.count > 1 ? KindWord.known : []
    let near = NearestName.hint(for: text, among: Set(names + words).sorted())
    let hint = near ?? "see: berth get \(kinds.count == 1 ? kinds[0].plural : "all")"
    return .notFound("there is no \(what) \"\(text)\"", hint: hint)
  }

  private static func last(_ identity: ObjectIdentity) -> String {
    identity.path.split(separator: "/").last.map(String.init) ?? identity.path
  }
}

extension ObjectFilter {
  /// Filter for one cluster.
  init(_ identity: ClusterIdentity) { self.init(organization: identity.organization, name: identity.name) }
  /// Filter for one deployment.
  init(_ identity: DeploymentIdentity) {
    self.init(organization: identity.cluster.organization, cluster: identity.cluster.name, name: identity.name)
  }
}
