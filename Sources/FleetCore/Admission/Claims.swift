import FleetModel
import Scheduling

/// Room of one cluster that is somebody's already: being freed, or free and not taken yet. Nobody else may take it.
///
/// A claim keeps what its members ask for and the awaited runs do not hold any more. As these end, it keeps more, until all
/// is there and the members are admitted.
struct Claim: Sendable, Hashable {
  enum Kind: Sendable, Hashable {
    /// A new generation takes the place of its own old run, which stops.
    case ownReplacement
    /// Room is freed for a deployment with everything that must be admitted together with it. One claim on each cluster
    /// where the gang needs room; all of them share their owner and deadline.
    case gang
    /// Replacements fit only in each other's room. All of them stop together, and their room is kept until the old runs of
    /// all are gone.
    case swap
  }

  /// A deployment that is to be admitted in the claimed room.
  struct Member: Sendable, Hashable {
    var slot: DeploymentSlot
    /// Its request when the claim was made or last refreshed.
    var request: Resources
    /// The GPUs that it is to get: those that are kept, and of those that awaited runs hold.
    var shares: [GPUShare]
  }

  let kind: Kind
  /// The deployment for which the room is: the head of a gang, the first member of a swap.
  let owner: DeploymentSlot
  /// The members on this cluster, in the order in which they are admitted.
  var members: [Member]
  /// The runs whose room the claim counts on, sorted. A swap also counts on the runs of deployments that have left it.
  var awaited: [RunID]
  /// The time at which the claim ends if its room has not come; `nil` for own replacements, which wait for ever. It is the
  /// members' recorded `nominatedUntil`, and no two owners have the same: by that, swaps are recognized after a load.
  var deadline: Instant?
  /// False while nothing is kept for the members because they would not fit, or because others are looked at first.
  private(set) var isKept = false
  /// Room that is kept now.
  private(set) var resources = Resources.zero
  /// GPUs that are kept now.
  private(set) var gpus: [GPUShare] = []

  init(_ kind: Kind, owner: DeploymentSlot, members: [Member] = [], awaited: [RunID] = [], deadline: Instant? = nil) {
    self.kind = kind
    self.owner = owner
    self.members = members
    self.awaited = awaited
    self.deadline = deadline
  }

  /// Keeps what the members ask for beyond the room that is still held and will come back.
  mutating func keep(beyond returned: Resources, _ returnedGPUs: [GPUShare]) {
    let asked = members.reduce(Resources.zero) { $0 + $1.request }
    gpus = Self.missing(members.flatMap(\.shares), after: returnedGPUs)
    for dimension in Dimension.allCases { resources[dimension] = max(0, asked[dimension] - returned[dimension]) }
    // Members may get other GPUs than the old runs hold: then the difference of the sums is too little.
    resources.gpuMilli = gpus.reduce(0) { $0 + Int64($1.milli) }
    isKept = true
  }

  /// Keeps nothing for the time being, and counts on no run.
  mutating func keepNothing() {
    resources = .zero
    gpus = []
    awaited = []
    isKept = false
  }

  func contains(_ slot: DeploymentSlot) -> Bool { members.contains { $0.slot == slot } }

  /// The shares that are wanted of each GPU beyond those that come back.
  private static func missing(_ wanted: [GPUShare], after returned: [GPUShare]) -> [GPUShare] {
    var missing: [Int: Int] = [:]
    for share in wanted { missing[share.slot, default: 0] += share.milli }
    for share in returned { if let milli = missing[share.slot] { missing[share.slot] = milli - share.milli } }
    return missing.filter { $0.value > 0 }.map { GPUShare(slot: $0.key, milli: $0.value) }.sorted()
  }
}

/// The claims of one cluster. Their room is taken and given by `ClusterState`, which alone changes them.
struct ClaimStore: Sendable {
  /// Claims of kind `ownReplacement`, by owner.
  private(set) var ownReplacements: [DeploymentSlot: Claim] = [:]
  /// Claims of kind `gang`, by owner.
  private(set) var gangs: [DeploymentSlot: Claim] = [:]
  /// Claims of kind `swap`, in the order of their deadlines.
  private(set) var swaps: [Claim] = []
  /// Rises with every change of `gangs`.
  private(set) var gangsVersion = 0

  var isEmpty: Bool { ownReplacements.isEmpty && gangs.isEmpty && swaps.isEmpty }

  /// All claims, in no order that may reach a result.
  var all: [Claim] { Array(ownReplacements.values) + gangs.values + swaps }

  /// The swap in which a deployment takes part; `nil` if it takes part in none.
  func swap(of slot: DeploymentSlot) -> Claim? { swaps.isEmpty ? nil : swaps.first { $0.contains(slot) } }

  /// The swap that has a deadline.
  func swap(until deadline: Instant?) -> Claim? { swaps.first { $0.deadline == deadline } }

  /// The member as which a deployment's next run has room claimed after its old one, by itself or in a swap; `nil` if there
  /// is no such claim.
  func replacement(of slot: DeploymentSlot) -> Claim.Member? {
    if let own = ownReplacements[slot] { return own.members.first }
    return swap(of: slot)?.members.first { $0.slot == slot }
  }

  /// Deployments whose next run has room claimed after the old one, in no order.
  var replacements: [DeploymentSlot] { ownReplacements.keys + swaps.flatMap { $0.members.map(\.slot) } }

  /// Enters a claim, and returns the same claim as it stood here before, if there was one.
  mutating func update(_ claim: Claim) -> Claim? {
    switch claim.kind {
    case .ownReplacement: return ownReplacements.updateValue(claim, forKey: claim.owner)
    case .gang:
      gangsVersion &+= 1
      return gangs.updateValue(claim, forKey: claim.owner)
    case .swap:
      let former = remove(claim)
      let index = swaps.firstIndex { $0.deadline ?? .distantFuture > claim.deadline ?? .distantFuture }
      swaps.insert(claim, at: index ?? swaps.endIndex)
      return former
    }
  }

  /// Removes the claim of the same kind and owner (of a swap: deadline), and returns it as it stood here.
  mutating func remove(_ claim: Claim) -> Claim? {
    switch claim.kind {
    case .ownReplacement: return ownReplacements.removeValue(forKey: claim.owner)
    case .gang:
      gangsVersion &+= 1
      return gangs.removeValue(forKey: claim.owner)
    case .swap:
      return swaps.firstIndex { $0.deadline == claim.deadline }.map { swaps.remove(at: $0) }
    }
  }
}

extension Instant {
  /// An instant before all others.
  static let distantPast = Instant(nanoseconds: .min)
  /// An instant after all others.
  static let distantFuture = Instant(nanoseconds: .max)
}
