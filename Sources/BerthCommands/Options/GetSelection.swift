import FleetCore
import FleetModel
import StateStore

/// Selection of objects that `get` shows.
struct GetSelection {
  var kinds: [ObjectKind]
  /// Selected identities; empty: all objects of the kinds.
  var identities: [ObjectIdentity] = []
  /// Cluster as `lab` or `vision/lab`, which selects the cluster itself and its deployments.
  var cluster: String?
  var organization: String?
  var statuses: [DeploymentStatus] = []

  /// Parses `[kind] [identity…]`. Without a kind, the identities decide; without both, deployments.
  init(_ words: [String], in store: StateStore) throws {
    let search = ObjectSearch(store: store)
    guard let first = words.first else {
      kinds = [.deployment]
      return
    }
    if first.lowercased() == "all", words.count == 1 {
      kinds = ObjectKind.allCases
    } else if let kind = KindWord.kind(first) {
      kinds = [kind]
      identities = try words.dropFirst().map { try search.identity($0, kinds: [kind]) }
    } else {
      identities = try words.map { try search.identity($0) }
      kinds = Set(identities.map(\.kind)).sorted()
    }
  }

  /// Throws if the selected cluster or organization does not exist.
  func checkNames(_ store: StateStore) throws {
    let search = ObjectSearch(store: store)
    // Clusters of several organizations may have the same name, and all are selected.
    if let cluster, try store.clusters(filter).isEmpty { _ = try search.identity(cluster, kinds: [.cluster]) }
    if let organization { _ = try search.identity(organization, kinds: [.organization]) }
  }

  func organizations(_ store: StateStore) throws -> [OrganizationRow] {
    if !kinds.contains(.organization) { return [] }
    return try store.organizations(ObjectFilter(organization: organization)).filter { isChosen(.organization($0.name)) }
  }

  func users(_ store: StateStore) throws -> [UserRow] {
    if !kinds.contains(.user) { return [] }
    return try store.users(ObjectFilter(organization: organization)).filter { isChosen(.user($0.username)) }
  }

  func clusters(_ store: StateStore) throws -> [ClusterRow] {
    if !kinds.contains(.cluster) { return [] }
    return try store.clusters(filter).filter { isChosen(.cluster($0.identity)) }
  }

  /// The chosen deployments; a status is the present one, which may not be recorded yet.
  func deployments(_ store: StateStore, _ present: Present) throws -> [DeploymentRow] {
    if !kinds.contains(.deployment) { return [] }
    return try store.deployments(filter).filter { row in
      guard isChosen(.deployment(row.identity)) else { return false }
      let status = present.fleet.deployment(row.identity)?.progress.status ?? row.status
      return statuses.isEmpty || statuses.contains(status)
    }
  }

  private var filter: ObjectFilter {
    let parts = cluster?.split(separator: "/", maxSplits: 1).map(String.init) ?? []
    return ObjectFilter(
      organization: parts.count == 2 ? parts.first : organization, cluster: parts.last)
  }

  private func isChosen(_ identity: ObjectIdentity) -> Bool { identities.isEmpty || identities.contains(identity) }
}
