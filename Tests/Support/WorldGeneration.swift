import FleetModel
import TestKit

extension WorldManifest {
  private static let gib: Int64 = 1 << 30

  /// A world to begin with: 1 to 3 clusters, 1 to 25 deployments.
  init(_ random: inout SeededGenerator) {
    for index in 0..<random.from(1...3) {
      users["u\(index)"] = UserSpec(email: "u\(index)@example.org", organizations: [Self.organization])
    }
    for index in 0..<random.from(1...3) {
      let identity = ClusterIdentity(organization: Self.organization, name: "c\(index)")
      clusters[identity] = Self.capacity(&random)
      scheduling[identity] = Self.settings(&random)
    }
    for _ in 0..<random.from(1...(random.chance(30) ? 25 : 10)) { addDeployment(&random) }
  }

  static func capacity(_ random: inout SeededGenerator) -> Resources {
    Resources(
      ramBytes: Int64(random.from(4...32)) * gib, cpuMilli: Int64(random.from(2...12)) * 1000,
      gpuMilli: Int64(random.below(4)) * 1000)
  }

  /// Minimums from none to longer than most runs, so that preemption comes at once, late or never.
  static func settings(_ random: inout SeededGenerator) -> SchedulingSpec {
    SchedulingSpec(
      preemption: random.chance(15) ? .never : .lowerPriority,
      minimumRuntime: .seconds(Int64(random.pick([0, 1, 5, 20, 60, 300]))),
      agingAfter: .seconds(Int64(random.pick([10, 60, 600, 86_400]))))
  }

  mutating func addDeployment(_ random: inout SeededGenerator) {
    let rank = (entries.map(\.rank).max() ?? -1) + 1
    let cluster = random.pick(clusters.keys.sorted())
    var traits = DeploymentTraits(resources: request(on: cluster, &random))
    traits.mode = random.chance(25) ? .service : .job
    traits.priority = random.pick(Priority.allCases)
    traits.retry = RetryPolicy(limit: random.below(4), backoff: .seconds(Int64(random.from(1...60))))
    traits.maxRuntime = random.chance(20) ? .seconds(Int64(random.from(5...300))) : nil
    traits.stopGrace = .seconds(Int64(random.from(1...15)))
    traits.readyAfter = .seconds(Int64(random.from(0...20)))
    traits.suspend = random.chance(5)
    traits.protect = random.chance(4)
    traits.preemptible = !random.chance(10)
    // Some dependants sort before what they depend on.
    let name = (rank.isMultiple(of: 2) ? "d" : "a") + "\(rank)"
    entries.append(
      Entry(
        rank: rank, identity: DeploymentIdentity(cluster: cluster, name: name), renamedFrom: nil, traits: traits,
        user: random.pick(users.keys.sorted()), image: "image:1", rerun: 0,
        secret: random.chance(15) ? "S\(random.below(2))" : nil, dependsOn: edges(of: rank, &random)))
  }

  /// Mostly far less than the cluster has, now and then nearly all, rarely more.
  func request(on cluster: ClusterIdentity, _ random: inout SeededGenerator) -> Resources {
    let capacity = clusters[cluster] ?? .zero
    let share = random.pick([8, 8, 4, 4, 3, 2, 1])
    var request = Resources(
      ramBytes: max(1, capacity.ramBytes / Int64(share) - Int64(random.below(2)) * Self.gib / 2),
      cpuMilli: max(1, capacity.cpuMilli / Int64(random.pick([8, 8, 4, 4, 3, 2, 1]))), gpuMilli: 0)
    if capacity.gpuMilli > 0, random.chance(50) {
      request.gpuMilli = random.pick([250, 300, 500, 600, 600, 1000, min(2000, capacity.gpuMilli)])
    }
    if random.chance(1) { request.ramBytes = capacity.ramBytes + 1 }
    return request
  }

  func edges(of rank: Int, _ random: inout SeededGenerator) -> [(rank: Int, isRunning: Bool)] {
    let earlier = entries.map(\.rank).filter { $0 < rank }
    if earlier.isEmpty { return [] }
    var chosen: [Int: Bool] = [:]
    for _ in 0..<random.pick([0, 0, 1, 1, 2, 3]) { chosen[random.pick(earlier)] = random.chance(25) }
    return chosen.sorted { $0.key < $1.key }.map { (rank: $0.key, isRunning: $0.value) }
  }

  /// Makes one random change, as a person might.
  mutating func mutate(_ random: inout SeededGenerator) {
    if entries.isEmpty { return addDeployment(&random) }
    let index = random.below(entries.count)
    switch random.below(20) {
    case 0, 1, 2: addDeployment(&random)
    case 3, 4:
      if random.chance(3) { entries.removeAll() } else { entries.remove(at: index) }
    case 5, 6: entries[index].image = "image:\(random.below(5))"
    case 7: entries[index].traits.priority = random.pick(Priority.allCases)
    case 8: entries[index].traits.resources = request(on: entries[index].identity.cluster, &random)
    case 9: entries[index].dependsOn = edges(of: entries[index].rank, &random)
    case 10, 11: entries[index].traits.suspend.toggle()
    case 12:
      if random.chance(70) {
        entries[index].traits.protect.toggle()
      } else {
        entries[index].traits.preemptible.toggle()
      }
    case 13: entries[index].rerun += 1
    case 14: entries[index].traits.mode = entries[index].traits.mode == .job ? .service : .job
    case 15: rename(index, &random)
    case 16:
      let cluster = random.pick(clusters.keys.sorted())
      if random.chance(70) {
        clusters[cluster] = Self.capacity(&random)
      } else {
        scheduling[cluster] = Self.settings(&random)
      }
    case 17:
      let user = random.pick(users.keys.sorted())
      if random.chance(70) { users[user]?.active.toggle() } else { entries[index].user = user }
    case 18:
      let secret = "S\(random.below(2))"
      if missingSecrets.remove(secret) == nil { missingSecrets.insert(secret) }
    default: secretVersions["S\(random.below(2))", default: 0] += 1
    }
  }

  /// A new name, or a move to another cluster, with or without saying so.
  private mutating func rename(_ index: Int, _ random: inout SeededGenerator) {
    var identity = entries[index].identity
    if random.chance(40) { identity.cluster = random.pick(clusters.keys.sorted()) } else { identity.name += "x" }
    if entries.contains(where: { $0.identity == identity }) { return }
    entries[index].renamedFrom = random.chance(60) ? entries[index].identity : nil
    entries[index].identity = identity
  }
}
