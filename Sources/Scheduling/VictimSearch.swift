import FleetModel

/// The search for the cheapest victims among some of a problem's candidates.
struct VictimSearch {
  private let problem: VictimProblem
  /// Positions in the problem's candidates, sorted by identity.
  private let order: [Int]
  /// For each candidate in `order`, the positions in `order` of all that stop with it, including itself.
  private let closures: [[Int]]
  /// The least shortfall of each cluster: the sum of requests minus what is free.
  private let deficits: [Int: Resources]

  private var best: (mask: UInt32, cost: VictimCost)?
  /// For each position in `order`, an upper bound of what its and later candidates release, by cluster.
  private var remaining: [[Int: Resources]] = []

  init(_ problem: VictimProblem, among order: [Int]) {
    self.problem = problem
    self.order = order
    var positions: [Int: Int] = [:]
    for (position, candidate) in order.enumerated() { positions[candidate] = position }
    closures = order.enumerated().map { position, candidate in
      [position] + problem.candidates[candidate].takesAlong.compactMap { positions[$0] }
    }
    var deficits: [Int: Resources] = [:]
    for request in problem.requests { deficits[request.cluster, default: .zero] += request.resources }
    for (cluster, room) in problem.rooms { deficits[cluster, default: .zero] -= room.free }
    self.deficits = deficits
  }

  mutating func run() -> VictimChoice? {
    guard covers(order.reduce(into: [:]) { add($1, to: &$0) }) else { return nil }
    let isExact = order.count <= VictimChoice.exactLimit
    let sets = [false, true].compactMap { greedy(largestFirst: $0) }
    if isExact {
      for choice in sets { offer(choice.reduce(0) { $0 | 1 << UInt32($1) }) }
      remaining = [[:]]
      for position in order.indices.reversed() {
        var rest = remaining[0]
        add(order[position], to: &rest)
        remaining.insert(rest, at: 0)
      }
      search(from: 0, mask: 0, cost: VictimCost(), freed: [:])
      return best.map { found in
        VictimChoice(victims: candidates(of: found.mask), cost: found.cost, isExact: true, candidates: order.count)
      }
    }
    let costs = sets.map { chosen in chosen.reduce(into: VictimCost()) { $0.add(problem.candidates[order[$1]]) } }
    guard var choice = sets.first, let cost = costs.first else { return nil }
    if sets.count > 1, costs[1] < cost { choice = sets[1] }
    return VictimChoice(
      victims: choice.map { order[$0] }, cost: min(cost, costs.last ?? cost), isExact: false, candidates: order.count)
  }

  // MARK: Exact

  /// Branch and bound, depth first: each candidate is taken or left, bounded by the best set found so far.
  private mutating func search(from position: Int, mask: UInt32, cost: VictimCost, freed: [Int: Resources]) {
    if position == order.count { return }
    // The remaining candidates cannot release more than this.
    var possible = freed
    for (cluster, resources) in remaining[position] { possible[cluster, default: .zero] += resources }
    guard covers(possible) else { return }
    if mask & 1 << UInt32(position) != 0 {
      return search(from: position + 1, mask: mask, cost: cost, freed: freed)
    }
    take(position, mask: mask, cost: cost, freed: freed)
    search(from: position + 1, mask: mask, cost: cost, freed: freed)
  }

  /// Takes a candidate with all that it takes along. A set that includes an earlier, skipped candidate is reached where
  /// that candidate was taken.
  private mutating func take(_ position: Int, mask: UInt32, cost: VictimCost, freed: [Int: Resources]) {
    var (mask, cost, freed) = (mask, cost, freed)
    for member in closures[position] where mask & 1 << UInt32(member) == 0 {
      if member < position { return }
      mask |= 1 << UInt32(member)
      cost.add(problem.candidates[order[member]])
      add(order[member], to: &freed)
    }
    if let best, cost.countsMore(than: best.cost) { return }
    if offer(mask, cost, freed) { return }
    // Every further candidate only adds to the cost.
    if let best, !best.cost.countsMore(than: cost) { return }
    search(from: position + 1, mask: mask, cost: cost, freed: freed)
  }

  private mutating func offer(_ mask: UInt32) {
    var cost = VictimCost()
    for position in order.indices where mask & 1 << UInt32(position) != 0 {
      cost.add(problem.candidates[order[position]])
    }
    keep(mask, cost)
  }

  /// Keeps a set if the requests fit without it. Returns whether they do; then no further candidate is needed.
  private mutating func offer(_ mask: UInt32, _ cost: VictimCost, _ freed: [Int: Resources]) -> Bool {
    guard covers(freed), problem.fits(without: candidates(of: mask)) else { return false }
    keep(mask, cost)
    return true
  }

  private func candidates(of mask: UInt32) -> [Int] {
    order.indices.filter { mask & 1 << UInt32($0) != 0 }.map { order[$0] }
  }

  private mutating func keep(_ mask: UInt32, _ cost: VictimCost) {
    guard let present = best else {
      best = (mask, cost)
      return
    }
    if cost < present.cost || (cost == present.cost && comesBefore(mask, present.mask)) { best = (mask, cost) }
  }

  /// Whether, of two sets of equal size, the first contains the first identity in which they differ.
  private func comesBefore(_ left: UInt32, _ right: UInt32) -> Bool {
    left != right && left & 1 << UInt32((left ^ right).trailingZeroBitCount) != 0
  }

  // MARK: Greedy

  /// Takes candidates until the requests fit, then spares, in reverse, those that are not needed. Returns positions in
  /// `order`, sorted.
  private func greedy(largestFirst: Bool) -> [Int]? {
    // What is compared is taken out first, because a copy of a candidate costs more than the comparison.
    let keys = order.map { position in
      let candidate = problem.candidates[position]
      return (
        priority: candidate.priority, share: largestFirst ? -share(of: candidate) : 0, workLost: candidate.workLost
      )
    }
    let sequence = order.indices.sorted { left, right in
      let (a, b) = (keys[left], keys[right])
      if a.priority != b.priority { return a.priority < b.priority }
      if a.share != b.share { return a.share < b.share }
      return a.workLost == b.workLost ? left < right : a.workLost < b.workLost
    }
    var isTaken = [Bool](repeating: false, count: order.count)
    var freed: [Int: Resources] = [:]
    var rooms = problem.rooms
    var taken: [Int] = []
    var isEnough = false
    for position in sequence where !isTaken[position] && helps(order[position]) {
      // Dependents come before the candidate that takes them along, so that in the reverse pass nothing needs them any
      // more.
      for member in closures[position].reversed() where !isTaken[member] {
        isTaken[member] = true
        taken.append(member)
        add(order[member], to: &freed)
        let victim = problem.candidates[order[member]]
        rooms[victim.cluster]?.give(victim.resources, victim.gpus)
      }
      if covers(freed), problem.fits(in: rooms) {
        isEnough = true
        break
      }
    }
    if !isEnough { return nil }
    for position in taken.reversed() {
      if taken.contains(where: { $0 != position && isTaken[$0] && closures[$0].contains(position) }) { continue }
      let victim = problem.candidates[order[position]]
      rooms[victim.cluster]?.take(victim.resources, victim.gpus)
      isTaken[position] = false
      if problem.fits(in: rooms) { continue }
      rooms[victim.cluster]?.give(victim.resources, victim.gpus)
      isTaken[position] = true
    }
    return order.indices.filter { isTaken[$0] }
  }

  /// Whether a candidate, or one that it takes along, holds any of what is short. A cluster that is short of nothing by
  /// sums lacks whole GPUs in one piece.
  private func helps(_ candidate: Int) -> Bool {
    ([candidate] + problem.candidates[candidate].takesAlong).contains { member in
      let victim = problem.candidates[member]
      guard let deficit = deficits[victim.cluster], problem.rooms[victim.cluster] != nil else { return false }
      return Dimension.allCases.contains { victim.resources[$0] > 0 && (deficit[$0] > 0 || $0 == .gpu) }
    }
  }

  /// Returns the largest share of its cluster's shortfall that a candidate holds in any dimension, in thousandths.
  private func share(of victim: Victim) -> Int64 {
    guard let deficit = deficits[victim.cluster] else { return 0 }
    var largest: Int64 = 0
    for dimension in Dimension.allCases where deficit[dimension] > 0 {
      let held = min(victim.resources[dimension], deficit[dimension])
      largest = max(largest, Int64(Double(held) / Double(deficit[dimension]) * 1000))
    }
    return largest
  }

  // MARK: Sums

  private func add(_ candidate: Int, to freed: inout [Int: Resources]) {
    let victim = problem.candidates[candidate]
    if problem.rooms[victim.cluster] != nil { freed[victim.cluster, default: .zero] += victim.resources }
  }

  /// Whether the released resources make up for every shortfall: a necessary condition for a fit, and a cheap one.
  private func covers(_ freed: [Int: Resources]) -> Bool {
    for (cluster, deficit) in deficits {
      let back = freed[cluster] ?? .zero
      for dimension in Dimension.allCases where deficit[dimension] > back[dimension] {
        // A cluster without a request may stay overcommitted.
        if problem.requests.contains(where: { $0.cluster == cluster }) { return false }
      }
    }
    return true
  }
}
