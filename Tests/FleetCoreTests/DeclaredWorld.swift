import Diagnostics
import FleetCore
import FleetModel
import PlanModel

/// Manifests as objects that name each other by key, so that a rename reaches every reference. Each operation is a change of
/// one commit.
struct DeclaredWorld {
  struct Entry {
    var name: String
    /// The former name, as the manifest states it.
    var former: String?
    /// The key of the organization of a cluster, or of the cluster of a deployment.
    var parent = ""
    var owner = "ada"
  }

  /// An operation on an object of one kind.
  enum Operation: CaseIterable {
    case renameOrganization, removeOrganization, createOrganization
    case renameUser, removeUser, createUser
    case renameCluster, removeCluster, createCluster, moveCluster, swapClusters, takeOverCluster
    case renameDeployment, removeDeployment, createDeployment, moveDeployment, swapDeployments, takeOverDeployment
  }

  var organizations: [String: Entry] = ["o": Entry(name: "org"), "p": Entry(name: "pool")]
  var users: [String: Entry] = ["ada": Entry(name: "ada"), "bob": Entry(name: "bob")]
  var clusters: [String: Entry] = [
    "c": Entry(name: "old", parent: "o"), "d": Entry(name: "far", parent: "o"), "e": Entry(name: "far", parent: "p"),
  ]
  var deployments: [String: Entry] = [
    "a": Entry(name: "a", parent: "c"), "b": Entry(name: "b", parent: "c", owner: "bob"),
    "x": Entry(name: "a", parent: "d", owner: "bob"), "y": Entry(name: "y", parent: "e"),
  ]
  /// Whether `renamedFrom` states the whole former identity, rather than a name that is relative to the present parent.
  var statesFullNames: Bool

  init(statesFullNames: Bool) { self.statesFullNames = statesFullNames }

  /// The former identity, as the manifest states it.
  private func former(_ name: String, in parent: String?, before: DeclaredWorld) -> String {
    guard statesFullNames, let parent else { return name }
    return "\(before.path(ofParent: parent))/\(name)"
  }

  private func path(ofParent key: String) -> String {
    if let organization = organizations[key] { return organization.name }
    guard let cluster = clusters[key] else { return key }
    return "\(organizations[cluster.parent]?.name ?? "")/\(cluster.name)"
  }

  /// Applies an operation of the commit that follows `before`. Returns false if there is nothing to apply it to.
  mutating func apply(_ operation: Operation, after before: DeclaredWorld) -> Bool {
    switch operation {
    case .renameOrganization: return rename(&organizations, "o", to: "union", before.organizations["o"]?.name)
    case .removeOrganization:
      guard organizations.removeValue(forKey: "p") != nil else { return false }
      for (key, cluster) in clusters where cluster.parent == "p" { remove(cluster: key) }
    case .createOrganization: organizations["n"] = Entry(name: "new")
    case .renameUser: return rename(&users, "bob", to: "rob", before.users["bob"]?.name)
    case .removeUser:
      guard users.removeValue(forKey: "bob") != nil else { return false }
      deployments = deployments.filter { $0.value.owner != "bob" }
    case .createUser: users["eve"] = Entry(name: "eve")
    case .renameCluster:
      guard let old = before.clusters["c"], clusters["c"] != nil else { return false }
      // After a move, a name relative to the new parent would mean another cluster.
      let hasMoved = clusters["c"]?.parent != old.parent
      let path = "\(before.path(ofParent: old.parent))/\(old.name)"
      let stated = hasMoved ? path : former(old.name, in: old.parent, before: before)
      return rename(&clusters, "c", to: "new", stated)
    case .removeCluster:
      guard clusters["d"] != nil else { return false }
      remove(cluster: "d")
    case .createCluster: clusters["n"] = Entry(name: "fresh", parent: "o")
    case .moveCluster:
      guard let old = before.clusters["c"], clusters["c"] != nil, organizations["p"] != nil else { return false }
      // A name relative to the new parent would mean another cluster.
      let stated = "\(before.path(ofParent: old.parent))/\(old.name)"
      clusters["c"]?.former = stated
      clusters["c"]?.parent = "p"
    case .swapClusters:
      guard let c = before.clusters["c"], let d = before.clusters["d"], clusters["c"]?.name == c.name,
        clusters["c"]?.parent == c.parent, clusters["d"] != nil
      else { return false }
      let statedc = former(c.name, in: c.parent, before: before)
      clusters["c"]?.former = statedc
      let statedd = former(d.name, in: d.parent, before: before)
      clusters["d"]?.former = statedd
      clusters["c"]?.name = d.name
      clusters["d"]?.name = c.name
    case .takeOverCluster:
      guard let c = before.clusters["c"], let d = clusters["d"], let old = before.clusters["d"],
        clusters["c"]?.name == c.name, clusters["c"]?.parent == d.parent
      else { return false }
      remove(cluster: "c")
      let statedd = former(old.name, in: old.parent, before: before)
      clusters["d"]?.former = statedd
      clusters["d"]?.name = c.name
    case .renameDeployment:
      guard let old = before.deployments["a"], deployments["a"]?.name == old.name else { return false }
      let hasMoved = deployments["a"]?.parent != old.parent
      let path = "\(before.path(ofParent: old.parent))/\(old.name)"
      return rename(
        &deployments, "a", to: "z", hasMoved ? path : former(old.name, in: old.parent, before: before))
    case .removeDeployment: return deployments.removeValue(forKey: "b") != nil
    case .createDeployment:
      guard clusters["c"] != nil else { return false }
      deployments["n"] = Entry(name: "fresh", parent: "c")
    case .moveDeployment:
      guard let old = before.deployments["a"], deployments["a"] != nil, clusters["e"] != nil, users["ada"] != nil else {
        return false
      }
      let stated = "\(before.path(ofParent: old.parent))/\(old.name)"
      deployments["a"]?.former = stated
      deployments["a"]?.parent = "e"
    case .swapDeployments:
      guard let a = before.deployments["a"], let b = before.deployments["b"], deployments["a"]?.name == a.name,
        deployments["a"]?.parent == deployments["b"]?.parent
      else { return false }
      let stateda = former(a.name, in: a.parent, before: before)
      deployments["a"]?.former = stateda
      let statedb = former(b.name, in: b.parent, before: before)
      deployments["b"]?.former = statedb
      deployments["a"]?.name = b.name
      deployments["b"]?.name = a.name
    case .takeOverDeployment:
      guard let a = before.deployments["a"], let b = before.deployments["b"], deployments["a"]?.name == a.name,
        deployments["b"]?.name == b.name, deployments["a"]?.parent == deployments["b"]?.parent
      else { return false }
      deployments["a"] = nil
      let statedb = former(b.name, in: b.parent, before: before)
      deployments["b"]?.former = statedb
      deployments["b"]?.name = a.name
    }
    return true
  }

  private mutating func remove(cluster key: String) {
    clusters[key] = nil
    deployments = deployments.filter { $0.value.parent != key }
  }

  private func rename(_ entries: inout [String: Entry], _ key: String, to name: String, _ former: String?) -> Bool {
    guard entries[key] != nil, let former else { return false }
    entries[key]?.name = name
    entries[key]?.former = former
    return true
  }

  // MARK: As declared

  private func cluster(_ key: String) -> ClusterIdentity? {
    guard let entry = clusters[key], let organization = organizations[entry.parent] else { return nil }
    return ClusterIdentity(organization: organization.name, name: entry.name)
  }

  /// The identity of each object, by its key.
  var identities: [String: ObjectIdentity] {
    var found: [String: ObjectIdentity] = [:]
    for (key, entry) in organizations { found["organization \(key)"] = .organization(entry.name) }
    for (key, entry) in users { found["user \(key)"] = .user(entry.name) }
    for key in clusters.keys { if let identity = cluster(key) { found["cluster \(key)"] = .cluster(identity) } }
    for (key, entry) in deployments {
      guard let cluster = cluster(entry.parent) else { continue }
      found["deployment \(key)"] = .deployment(DeploymentIdentity(cluster: cluster, name: entry.name))
    }
    return found
  }

  /// The absolute identity that a stated former name means to a manifest reader.
  private func former(_ entry: Entry, _ identity: ObjectIdentity) -> ObjectIdentity? {
    guard let former = entry.former else { return nil }
    let path: String =
      switch identity {
      case .cluster(let cluster) where !former.contains("/"): "\(cluster.organization)/\(former)"
      case .deployment(let deployment) where !former.contains("/"): "\(deployment.cluster.text)/\(former)"
      default: former
      }
    return ObjectIdentity(kind: identity.kind, path: path)
  }

  /// All that is declared; `nil` if an object refers to one that is not declared.
  var desired: DesiredState? {
    var declarations: [Declaration] = []
    func declare(_ entry: Entry, _ identity: ObjectIdentity, _ spec: ObjectSpec) {
      declarations.append(
        Declaration(
          identity: identity, metadata: ObjectMetadata(renamedFrom: former(entry, identity)), spec: spec,
          place: SourcePlace(file: "world", line: 1, column: 1)))
    }
    let all = organizations.values.map(\.name).sorted()
    for entry in organizations.values { declare(entry, .organization(entry.name), .organization(OrganizationSpec())) }
    for (key, entry) in users {
      declare(entry, .user(entry.name), .user(UserSpec(email: "\(key)@example.org", organizations: all)))
    }
    for (key, entry) in clusters {
      guard let identity = cluster(key), let creator = users["ada"] else { return nil }
      let capacity = Resources(ramBytes: 8 << 30, cpuMilli: 8000, gpuMilli: 0)
      declare(entry, .cluster(identity), .cluster(ClusterSpec(creator: creator.name, capacity: capacity)))
    }
    for entry in deployments.values {
      guard let cluster = cluster(entry.parent), let owner = users[entry.owner] else { return nil }
      let traits = DeploymentTraits(resources: Resources(ramBytes: 1 << 30, cpuMilli: 1000, gpuMilli: 0))
      declare(
        entry, .deployment(DeploymentIdentity(cluster: cluster, name: entry.name)),
        .deployment(DeploymentSpec(traits: traits, user: owner.name, image: "x:1")))
    }
    let isUnique = Set(declarations.map(\.identity)).count == declarations.count
    return isUnique ? DesiredState(declarations: declarations.sorted { $0.identity < $1.identity }) : nil
  }
}
