import FleetModel

/// The GPUs that have a fraction of one left at each of several times, each as full as at its fullest. A GPU of which nothing
/// is held at one of the times takes an empty one then.
struct FractionCover {
  /// All GPUs of which fractions are held at some of the times, by number; `none` is held of those that do not suit.
  private var gpus: [FutureRoom.SharedGPU]
  /// Whether there is an empty GPU at all of the times.
  private(set) var mayOpen: Bool
  private let milli: Int
  /// Whether the fraction is to be taken at the first of the times. Then the GPUs that are empty at first are alike.
  private let isForNow: Bool

  /// More than any GPU has.
  private static let none = 1 << 20

  /// Creates a cover of one time.
  ///
  /// - Parameter milli: the fraction in thousandths.
  init(_ milli: Int64, at room: FutureRoom, isForNow: Bool) {
    self.milli = Int(milli)
    self.isForNow = isForNow
    gpus = room.sharedGPUs
    mayOpen = room.emptyGPUs > 0
  }

  /// Whether any GPU suits at all times so far.
  var hasAny: Bool { mayOpen || gpus.contains(where: suits) }

  private func suits(_ gpu: FutureRoom.SharedGPU) -> Bool { gpu.heldMilli + milli <= 1000 }

  /// Adds one more time. Returns false, and adds nothing, if no GPU would be left.
  mutating func add(_ room: FutureRoom) -> Bool {
    var joined = self
    joined.mayOpen = mayOpen && room.emptyGPUs > 0
    if gpus != room.sharedGPUs { joined.gpus = joinedGPUs(room) }
    guard joined.hasAny else { return false }
    self = joined
    return true
  }

  private func joinedGPUs(_ room: FutureRoom) -> [FutureRoom.SharedGPU] {
    var joined: [FutureRoom.SharedGPU] = []
    joined.reserveCapacity(max(gpus.count, room.sharedGPUs.count))
    var (own, other) = (0, 0)
    while own < gpus.count || other < room.sharedGPUs.count {
      let slot = min(
        own < gpus.count ? gpus[own].slot : .max, other < room.sharedGPUs.count ? room.sharedGPUs[other].slot : .max)
      let isOwn = own < gpus.count && gpus[own].slot == slot
      let isOther = other < room.sharedGPUs.count && room.sharedGPUs[other].slot == slot
      var held = max(isOwn ? gpus[own].heldMilli : 0, isOther ? room.sharedGPUs[other].heldMilli : 0)
      // It is empty at this time, or was until now.
      if !isOther, room.emptyGPUs <= 0 { held = Self.none }
      if !isOwn, !mayOpen || isForNow && slot < FutureRoom.firstUnnumbered { held = Self.none }
      joined.append(FutureRoom.SharedGPU(slot: slot, heldMilli: held))
      if isOwn { own += 1 }
      if isOther { other += 1 }
    }
    return joined
  }

  /// The fullest GPU that suits, of several the first; `nil` if only empty ones suit.
  var fullest: Int? {
    var best: FutureRoom.SharedGPU?
    for gpu in gpus where suits(gpu) && best.map({ gpu.heldMilli > $0.heldMilli }) ?? true { best = gpu }
    return best?.slot
  }

  /// The fullest GPU that suits, of several the one of which most is held now, of those the last; `nil` if only empty ones
  /// suit.
  func fullest(now: GPUSlots) -> Int? {
    func heldNow(_ slot: Int) -> Int { slot < now.heldMilli.count ? now.heldMilli[slot] : 0 }
    return gpus.filter(suits).max {
      ($0.heldMilli, heldNow($0.slot), $0.slot) < ($1.heldMilli, heldNow($1.slot), $1.slot)
    }?.slot
  }
}
