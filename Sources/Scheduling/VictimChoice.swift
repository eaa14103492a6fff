import FleetModel

/// Room that several requests need at once, and who may be stopped for it.
public struct VictimProblem: Sendable {
  /// One request, in the order in which room is assigned.
  public struct Request: Sendable, Hashable {
    /// A key of `rooms`.
    public var cluster: Int
    /// What is asked for.
    public var resources: Resources
    /// Makes one.
    public init(cluster: Int, resources: Resources) {
      self.cluster = cluster
      self.resources = resources
    }
  }
  /// The room of each cluster as it is if nobody is stopped.
  public var rooms: [Int: Room]
  /// What must fit.
  public var requests: [Request]
  /// Who may be stopped; in any order.
  public var candidates: [Victim]

  /// Makes a problem.
  public init(rooms: [Int: Room], requests: [Request], candidates: [Victim]) {
    self.rooms = rooms
    self.requests = requests
    self.candidates = candidates
  }

  /// Whether all requests fit at once if these candidates are gone.
  public func fits(without stopped: some Sequence<Int>) -> Bool {
    var rooms = rooms
    for position in stopped {
      let victim = candidates[position]
      rooms[victim.cluster]?.give(victim.resources, victim.gpus)
    }
    for request in requests {
      guard let shares = rooms[request.cluster]?.assignment(for: request.resources) else { return false }
      rooms[request.cluster]?.take(request.resources, shares)
    }
    return true
  }
}

/// Who is stopped, and how that was found.
public struct VictimChoice: Sendable, Hashable {
  /// Positions in `VictimProblem.candidates`, in the order of identities.
  public var victims: [Int]
  /// What it costs.
  public var cost: VictimCost
  /// No other choice is cheaper; else it was found greedily, and no victim can be spared.
  public var isExact: Bool
  /// Among how many they were looked for.
  public var candidates: Int

  /// To how many candidates the choice is exact.
  public static let exactLimit = 16

  /// The cheapest set of candidates without which all requests fit: by how many of each effective priority are stopped, the
  /// highest first; then by the work lost; then by identities. Empty: they fit already. Nil: there is no such set.
  ///
  /// Candidates of a higher priority are looked at only if all of the lower ones together are not enough, which is exact:
  /// their number counts first.
  public static func cheapest(for problem: VictimProblem) -> VictimChoice? {
    if problem.fits(without: []) { return VictimChoice(victims: [], cost: VictimCost(), isExact: true, candidates: 0) }
    var last = -1
    for bound in Priority.allCases {
      let chosen = eligible(of: problem, upTo: bound)
      if chosen.count == last { continue }
      last = chosen.count
      var search = VictimSearch(problem, among: chosen)
      if let choice = search.run() { return choice }
    }
    return nil
  }

  /// The candidates that neither are, nor take along, any of a higher priority; by identity.
  private static func eligible(of problem: VictimProblem, upTo bound: Priority) -> [Int] {
    problem.candidates.indices.filter { position in
      problem.candidates[position].priority <= bound
        && problem.candidates[position].takesAlong.allSatisfy { problem.candidates[$0].priority <= bound }
    }.sorted { problem.candidates[$0].identity < problem.candidates[$1].identity }
  }
}
