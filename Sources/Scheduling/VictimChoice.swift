import FleetModel

/// A set of requests that need room at once, and the runs that may be stopped for them.
public struct VictimProblem: Sendable {
  /// A request for room on one cluster.
  public struct Request: Sendable, Hashable {
    /// The cluster, a key of `rooms`.
    public var cluster: Int
    /// The requested resources.
    public var resources: Resources
    /// Creates a request.
    public init(cluster: Int, resources: Resources) {
      self.cluster = cluster
      self.resources = resources
    }
  }
  /// The room of each cluster while nothing is stopped.
  public var rooms: [Int: Room]
  /// The requests that must fit, in the order in which room is assigned.
  public var requests: [Request]
  /// The candidates that may be stopped, in any order.
  public var candidates: [Victim]

  /// Creates a problem.
  public init(rooms: [Int: Room], requests: [Request], candidates: [Victim]) {
    self.rooms = rooms
    self.requests = requests
    self.candidates = candidates
  }

  /// Whether all requests fit at once after the given candidates are stopped.
  public func fits(without stopped: some Sequence<Int>) -> Bool {
    var rooms = rooms
    for position in stopped {
      let victim = candidates[position]
      rooms[victim.cluster]?.give(victim.resources, victim.gpus)
    }
    return fits(in: rooms)
  }

  /// Whether all requests fit at once in the rooms of their clusters.
  func fits(in rooms: [Int: Room]) -> Bool {
    if requests.count == 1 { return rooms[requests[0].cluster]?.admits(requests[0].resources) ?? false }
    var rooms = rooms
    for request in requests {
      guard let shares = rooms[request.cluster]?.assignment(for: request.resources) else { return false }
      rooms[request.cluster]?.take(request.resources, shares)
    }
    return true
  }
}

/// The victims that were chosen, and how.
public struct VictimChoice: Sendable, Hashable {
  /// Positions in `VictimProblem.candidates`, sorted by identity.
  public var victims: [Int]
  /// The cost of stopping the victims.
  public var cost: VictimCost
  /// Whether no other choice is cheaper. Otherwise the choice was found greedily, and no victim can be spared.
  public var isExact: Bool
  /// Number of candidates that were searched.
  public var candidates: Int

  /// The number of candidates up to which the choice is exact.
  public static let exactLimit = 16

  /// Returns the cheapest set of candidates without which all requests fit: by the number stopped of each effective
  /// priority, highest first; then by the work lost; then by identities. The set is empty if the requests already fit;
  /// `nil` if there is no such set.
  ///
  /// Candidates of a higher priority are considered only if all lower ones together are not enough. That loses nothing,
  /// because the number of higher ones counts first.
  public static func cheapest(for problem: VictimProblem) -> VictimChoice? {
    if problem.fits(without: []) { return VictimChoice(victims: [], cost: VictimCost(), isExact: true, candidates: 0) }
    var last = -1
    let order = problem.candidates.indices.sorted {
      problem.candidates[$0].identity < problem.candidates[$1].identity
    }
    for bound in Priority.allCases {
      let chosen = eligible(of: problem, among: order, upTo: bound)
      if chosen.count == last { continue }
      last = chosen.count
      var search = VictimSearch(problem, among: chosen)
      if let choice = search.run() { return choice }
    }
    return nil
  }

  /// Returns the candidates that neither have nor take along a priority above the bound, in the order given.
  private static func eligible(of problem: VictimProblem, among order: [Int], upTo bound: Priority) -> [Int] {
    order.filter { position in
      problem.candidates[position].priority <= bound
        && problem.candidates[position].takesAlong.allSatisfy { problem.candidates[$0].priority <= bound }
    }
  }
}
