import ConcurrentMap
import FleetModel
import Scheduling

// A hundred thousand deployments are entered at once in another way than one by one: their indices and edges are found on two
// cores before they stand in the table, and their records are moved there and not copied.

extension Fleet {
  /// Number of deployments from which on a second thread is worth its start.
  static let many = 4096

  /// Enters the deployments of a recorded state, with their edges, into an empty fleet that has their clusters. Those whose
  /// cluster is not there are left out.
  ///
  /// - Parameter records: the deployments, which are moved: it is empty afterwards.
  mutating func enter(_ records: inout [DeploymentRecord]) {
    let clusters = clusterSlots(of: &records)
    let index = Self.index(records)
    deploymentsByID = index.edges.slots
    deploymentsByIdentity = index.byIdentity
    var owner: (id: UserID, count: Int)?
    let nothing = DeploymentRecord.placeholder
    let entered = [DeploymentState](unsafeUninitializedCapacity: records.count) { states, count in
      // Safe: each element is initialized once, in order, and counted.
      for slot in records.indices {
        let state = states.baseAddress! + slot
        state.initialize(to: DeploymentState(record: nothing, cluster: clusters[slot]))
        Swift.swap(&state.pointee.record, &records[slot])
        state.pointee.dependencies = index.edges.dependencies[slot]
        state.pointee.dependents = index.edges.dependents[slot]
        // Nobody has published anything yet.
        for edge in index.edges.dependencies[slot] {
          state.pointee.met.count(PublishedFacts(), until: edge.until, by: 1)
        }
        self.clusters[clusters[slot]].deploymentCount += 1
        // Most are owned by the owner of the one before.
        let user = state.pointee.record.user
        if owner?.id != user {
          if let owner { ownedCounts[owner.id, default: 0] += owner.count }
          owner = (user, 0)
        }
        owner?.count += 1
        count += 1
      }
    }
    deployments = SlotTable(entered)
    if let owner { ownedCounts[owner.id, default: 0] += owner.count }
    records = []
  }

  /// Returns the cluster of each deployment, and removes those whose cluster is not there.
  private func clusterSlots(of records: inout [DeploymentRecord]) -> [ClusterSlot] {
    var slots: [ClusterSlot] = []
    slots.reserveCapacity(records.count)
    var isLost: Set<Int> = []
    var last: (id: ClusterID, slot: ClusterSlot)?
    for position in records.indices {
      let id = records[position].cluster
      if last?.id != id { last = clustersByID[id].map { (id, $0) } }
      if let last { slots.append(last.slot) } else { isLost.insert(position) }
    }
    if !isLost.isEmpty {
      records = records.enumerated().filter { !isLost.contains($0.offset) }.map { $0.element }
    }
    return slots
  }

  private struct DeploymentIndex {
    var byIdentity: [DeploymentIdentity: DeploymentSlot]
    var edges: LoadedEdges
  }

  private static func index(_ records: [DeploymentRecord]) -> DeploymentIndex {
    var byIdentity: [DeploymentIdentity: DeploymentSlot] = [:]
    var edges = LoadedEdges()
    if records.count < many {
      byIdentity = identities(of: records)
      edges = LoadedEdges(of: records)
    } else {
      (byIdentity, edges) = concurrently({ identities(of: records) }, { LoadedEdges(of: records) })
    }
    return DeploymentIndex(byIdentity: byIdentity, edges: edges)
  }

  private static func identities(of records: [DeploymentRecord]) -> [DeploymentIdentity: DeploymentSlot] {
    var byIdentity = [DeploymentIdentity: DeploymentSlot](minimumCapacity: records.count)
    for slot in records.indices { byIdentity[records[slot].identity] = DeploymentSlot(slot) }
    return byIdentity
  }
}

/// Edges of deployments that are about to be entered, by the slots that they will have.
private struct LoadedEdges: Sendable {
  var slots: [DeploymentID: DeploymentSlot] = [:]
  var dependencies: [[Edge]] = []
  var dependents: [[Edge]] = []

  init() {}

  init(of records: [DeploymentRecord]) {
    slots.reserveCapacity(records.count)
    for slot in records.indices { slots[records[slot].id] = DeploymentSlot(slot) }
    dependencies = [[Edge]](repeating: [], count: records.count)
    dependents = dependencies
    for slot in records.indices where !records[slot].dependencies.isEmpty {
      for dependency in records[slot].dependencies {
        guard let target = slots[dependency.dependency] else { continue }
        dependencies[slot].append(Edge(slot: target, until: dependency.until))
        dependents[target.index].append(Edge(slot: DeploymentSlot(slot), until: dependency.until))
      }
    }
  }
}
