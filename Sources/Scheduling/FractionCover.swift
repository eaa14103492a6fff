import FleetModel

/// The GPUs that have a fraction of one left at each of several times, each as full as at its fullest. A GPU of which nothing
/// is held at one of the times takes an empty one then.
struct FractionCover {
  /// GPUs that suit at all times so far and of which fractions are held at the first of them, or that are still to be chosen.
  private var gpus: [FutureRoom.SharedGPU]
  /// GPUs that are still to be chosen and do not suit.
  private var unsuitable: [Int]
  /// Whether there is an empty GPU at all of the times.
  private(set) var mayOpen: Bool
  private let milli: Int

  /// Creates a cover of one time.
  ///
  /// - Parameter milli: the fraction in thousandths.
  init(_ milli: Int64, at room: FutureRoom) {
    self.milli = Int(milli)
    gpus = room.sharedGPUs.filter { $0.heldMilli + Int(milli) <= 1000 }
    unsuitable = room.unnumberedGPUs.filter { $0.heldMilli + Int(milli) > 1000 }.map(\.slot)
    mayOpen = room.emptyGPUs > 0
  }

  /// Adds one more time. Returns false, and adds nothing, if no GPU would be left.
  mutating func add(_ room: FutureRoom) -> Bool {
    var joined: [FutureRoom.SharedGPU] = []
    var rejected = unsuitable
    for gpu in gpus {
      let held = room.heldMilli(ofShared: gpu.slot)
      let most = max(gpu.heldMilli, held ?? 0)
      if most + milli <= 1000, held != nil || room.emptyGPUs > 0 {
        joined.append(FutureRoom.SharedGPU(slot: gpu.slot, heldMilli: most))
      } else if gpu.slot >= FutureRoom.firstUnnumbered {
        rejected.append(gpu.slot)
      }
    }
    for gpu in room.unnumberedGPUs where !rejected.contains(gpu.slot) && !gpus.contains(where: { $0.slot == gpu.slot })
    {
      // It was empty until then.
      if mayOpen, gpu.heldMilli + milli <= 1000 { joined.append(gpu) } else { rejected.append(gpu.slot) }
    }
    let mayStillOpen = mayOpen && room.emptyGPUs > 0
    if joined.isEmpty && !mayStillOpen { return false }
    (gpus, unsuitable, mayOpen) = (joined, rejected, mayStillOpen)
    return true
  }

  /// The fullest GPU that suits, of several the first; `nil` if only empty ones suit.
  var fullest: Int? {
    gpus.min { $0.heldMilli == $1.heldMilli ? $0.slot < $1.slot : $0.heldMilli > $1.heldMilli }?.slot
  }

  /// The fullest GPU that suits, of several the one of which most is held now, of those the last; `nil` if only empty ones
  /// suit.
  func fullest(now: GPUSlots) -> Int? {
    func heldNow(_ slot: Int) -> Int { slot < now.heldMilli.count ? now.heldMilli[slot] : 0 }
    return gpus.max {
      ($0.heldMilli, heldNow($0.slot), $0.slot) < ($1.heldMilli, heldNow($1.slot), $1.slot)
    }?.slot
  }
}
