import Dispatch
import FleetModel
import Scheduling

// A hundred thousand deployments are entered at once otherwise than one by one: what can be known of them before they have
// their places is found on two cores, and their records are moved there and not copied.

extension Fleet {
  /// From how many deployments on a second thread is worth its start.
  static let many = 4096

  /// Enters the deployments of a recorded state into an empty fleet that has their clusters, with their edges; those whose
  /// cluster is not there are left out. Nothing is left of them where they were.
  mutating func enter(_ records: inout [DeploymentRecord]) {
    let clusters = clusterSlots(of: &records)
    let index = Self.index(records)
    deploymentsByID = index.edges.slots
    deploymentsByIdentity = index.byIdentity
    var owner: (id: UserID, count: Int)?
    let nothing = DeploymentRecord.nothing
    let states = [DeploymentState](unsafeUninitializedCapacity: records.count) { places, count in
      // Safe: each place is initialized once, in order, and the count is theirs.
      for slot in records.indices {
        let place = places.baseAddress! + slot
        place.initialize(to: DeploymentState(record: nothing, cluster: clusters[slot]))
        swap(&place.pointee.record, &records[slot])
        place.pointee.dependencies = index.edges.dependencies[slot]
        place.pointee.dependents = index.edges.dependents[slot]
        // Nobody has published anything yet.
        for edge in index.edges.dependencies[slot] {
          place.pointee.met.count(PublishedFacts(), until: edge.until, by: 1)
        }
        self.clusters[clusters[slot]].deploymentCount += 1
        // Most are owned by the owner of the one before.
        let user = place.pointee.record.user
        if owner?.id != user {
          if let owner { ownedCounts[owner.id, default: 0] += owner.count }
          owner = (user, 0)
        }
        owner?.count += 1
        count += 1
      }
    }
    deployments = SlotTable(states)
    if let owner { ownedCounts[owner.id, default: 0] += owner.count }
    records = []
  }

  /// The slot of each one's cluster, without those that have none.
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
      withUnsafeMutablePointer(to: &byIdentity) { first in
        withUnsafeMutablePointer(to: &edges) { second in
          // Safe: each of the two writes its own variable and both only read the records, and both have ended when
          // concurrentPerform returns.
          nonisolated(unsafe) let (first, second) = (first, second)
          DispatchQueue.concurrentPerform(iterations: 2) { part in
            if part == 0 { first.pointee = identities(of: records) } else { second.pointee = LoadedEdges(of: records) }
          }
        }
      }
    }
    return DeploymentIndex(byIdentity: byIdentity, edges: edges)
  }

  private static func identities(of records: [DeploymentRecord]) -> [DeploymentIdentity: DeploymentSlot] {
    var byIdentity = [DeploymentIdentity: DeploymentSlot](minimumCapacity: records.count)
    for slot in records.indices { byIdentity[records[slot].identity] = DeploymentSlot(slot) }
    return byIdentity
  }
}

/// The edges of deployments that are about to be entered, by the slots that they will have.
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
