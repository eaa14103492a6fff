import FleetModel
import Scheduling
import TestKit
import Testing

/// The choice of victims, compared with every set by the definition: the fewest of the highest priority, then of the
/// next, then the least lost work, then the first identities.
@Suite struct VictimOracleTests {
  private static func identity(_ number: Int) -> DeploymentIdentity {
    DeploymentIdentity(cluster: ClusterIdentity(organization: "o", name: "c"), name: "d\(number)")
  }

  private static func priority(_ number: Int) -> Priority { Priority(rawValue: number) ?? .low }

  /// True if the candidates of a mask include all that stop with them.
  private static func isClosed(_ mask: Int, _ problem: VictimProblem) -> Bool {
    problem.candidates.indices.allSatisfy { place in
      mask & 1 << place == 0 || problem.candidates[place].takesAlong.allSatisfy { mask & 1 << $0 != 0 }
    }
  }

  /// The cheapest set by trying all; `nil` if there is none. Candidates are sorted by identity.
  private static func bruteForce(_ problem: VictimProblem) -> [Int]? {
    var best: (key: [Int128], members: [Int])?
    for mask in 0..<(1 << problem.candidates.count) where isClosed(mask, problem) {
      let members = problem.candidates.indices.filter { mask & 1 << $0 != 0 }
      guard problem.fits(without: members) else { continue }
      let chosen = members.map { problem.candidates[$0] }
      var key = Priority.allCases.sorted(by: >).map { priority in Int128(chosen.count { $0.priority == priority }) }
      key.append(chosen.reduce(0) { $0 + $1.workLost })
      // The first identity that differs decides between equals.
      key += problem.candidates.indices.map { members.contains($0) ? 0 : 1 }
      if let present = best, !key.lexicographicallyPrecedes(present.key) { continue }
      best = (key, members)
    }
    return best?.members
  }

  private static func agrees(_ problem: VictimProblem) -> Bool {
    let choice = VictimChoice.cheapest(for: problem)
    guard let expected = bruteForce(problem) else { return choice == nil }
    return choice?.victims == expected && choice?.isExact == true
  }

  /// Up to four candidates that hold zero or one unit of two dimensions, of each priority and two costs, and requests
  /// of up to two units.
  @Test func `every small instance agrees with brute force`() {
    var kinds: [Victim] = []
    for ram in 0...1 {
      for cpu in 0...1 where ram + cpu > 0 {
        for priority in [Priority.low, .medium] {
          for work in [Int128(1), 2] {
            kinds.append(
              Victim(
                cluster: 0, resources: Resources(ramBytes: Int64(ram), cpuMilli: Int64(cpu) * 1000, gpuMilli: 0),
                gpus: [],
                priority: priority, workLost: work, identity: Self.identity(0)))
          }
        }
      }
    }
    var count = 0
    for size in 0...4 {
      var digits = [Int](repeating: 0, count: size)
      repeat {
        var candidates: [Victim] = []
        for (place, digit) in digits.enumerated() {
          var victim = kinds[digit]
          victim.identity = Self.identity(place)
          candidates.append(victim)
        }
        var room = Room(capacity: Resources(ramBytes: 4, cpuMilli: 4000, gpuMilli: 0))
        for victim in candidates { room.take(victim.resources, victim.gpus) }
        // Others hold half of the remaining room.
        room.take(Resources(ramBytes: room.free.ramBytes, cpuMilli: room.free.cpuMilli / 2000 * 1000, gpuMilli: 0), [])
        for request in [(1, 0), (2, 0), (1, 1), (2, 2)] {
          let resources = Resources(ramBytes: Int64(request.0), cpuMilli: Int64(request.1) * 1000, gpuMilli: 0)
          let problem = VictimProblem(
            rooms: [0: room], requests: [.init(cluster: 0, resources: resources)], candidates: candidates)
          count += 1
          if !Self.agrees(problem) {
            Issue.record("\(request) of \(candidates)")
            return
          }
        }
      } while Self.advance(&digits, below: kinds.count)
    }
    #expect(count > 80_000)
  }

  /// Advances to the next combination; false if there is none.
  private static func advance(_ digits: inout [Int], below bound: Int) -> Bool {
    for place in digits.indices {
      digits[place] += 1
      if digits[place] < bound { return true }
      digits[place] = 0
    }
    return false
  }

  /// Two clusters, single GPUs, candidates that stop with others, up to eight of them.
  @Test func `generated instances agree with brute force`() {
    for seed in 1...UInt64(1500) {
      var random = SeededGenerator(seed: seed)
      let problem = Self.generated(&random, most: 8)
      if !Self.agrees(problem) {
        Issue.record("seed \(seed): \(problem)")
        return
      }
    }
  }

  /// Beyond sixteen candidates the chosen ones make room, none of them can be spared, and the choice is marked as
  /// inexact.
  @Test func `many candidates are chosen greedily, and none can be spared`() {
    var greedy = 0
    for seed in 1...UInt64(300) {
      var random = SeededGenerator(seed: seed)
      let problem = Self.generated(&random, most: 30)
      guard let choice = VictimChoice.cheapest(for: problem) else {
        #expect(!problem.fits(without: problem.candidates.indices), "seed \(seed)")
        continue
      }
      #expect(problem.fits(without: choice.victims), "seed \(seed)")
      if !choice.isExact { greedy += 1 }
      for victim in choice.victims {
        let rest = choice.victims.filter { $0 != victim }
        let isClosed = rest.allSatisfy { problem.candidates[$0].takesAlong.allSatisfy(rest.contains) }
        if isClosed { #expect(!problem.fits(without: rest), "seed \(seed): \(victim) could be spared") }
      }
    }
    #expect(greedy > 20)
  }

  private static func generated(_ random: inout SeededGenerator, most: Int) -> VictimProblem {
    let count = random.from(1...most)
    var rooms: [Int: Room] = [:]
    for cluster in 0..<random.from(1...2) {
      rooms[cluster] = Room(
        capacity: Resources(ramBytes: Int64(count) * 2, cpuMilli: Int64(count) * 2000, gpuMilli: 4000))
    }
    var candidates: [Victim] = []
    for number in 0..<count {
      // Some are on another cluster and free nothing here.
      let cluster = random.chance(10) ? 7 : random.below(rooms.count)
      var resources = Resources(ramBytes: Int64(random.below(4)), cpuMilli: Int64(random.below(3)) * 1000, gpuMilli: 0)
      var gpus: [GPUShare] = []
      if random.chance(40), let shares = rooms[cluster]?.gpus.assignment(gpuMilli: random.pick([300, 500, 1000, 2000]))
      {
        gpus = shares
        resources.gpuMilli = shares.reduce(0) { $0 + Int64($1.milli) }
      }
      rooms[cluster]?.take(resources, gpus)
      candidates.append(
        Victim(
          cluster: cluster, resources: resources, gpus: gpus, priority: priority(random.from(1...2)),
          workLost: Int128(random.below(4)), identity: identity(100 + number)))
    }
    // Candidates that stop with others: later ones, with all that stop with those.
    for place in candidates.indices.reversed() where random.chance(25) {
      var along: Set<Int> = []
      for other in candidates.indices where other > place && random.chance(30) {
        along.insert(other)
        along.formUnion(candidates[other].takesAlong)
      }
      candidates[place].takesAlong = along.sorted()
    }
    for cluster in rooms.keys.sorted() {
      let free = rooms[cluster]?.free ?? .zero
      rooms[cluster]?.take(
        Resources(ramBytes: max(0, free.ramBytes), cpuMilli: max(0, free.cpuMilli), gpuMilli: 0), [])
    }
    let requests = (0..<random.from(1...2)).map { _ in
      VictimProblem.Request(
        cluster: random.below(rooms.count),
        resources: Resources(
          ramBytes: Int64(random.below(7)), cpuMilli: Int64(random.below(6)) * 1000,
          gpuMilli: random.chance(40) ? random.pick([500, 1000, 2000]) : 0))
    }
    return VictimProblem(rooms: rooms, requests: requests, candidates: candidates)
  }
}
