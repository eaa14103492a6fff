import FleetModel

/// The room of a cluster at a later time. Empty GPUs are counted, because until a run starts one of them is as good as
/// another. Only GPUs of which fractions are held are told apart.
struct FutureRoom: Sendable {
  /// One GPU of which fractions are held.
  struct SharedGPU: Sendable, Hashable {
    /// The number of the GPU; from `firstUnnumbered` on, one that is chosen when the first fraction starts.
    var slot: Int
    /// Held thousandths.
    var heldMilli: Int
  }

  /// The first of the numbers that stand for GPUs which are still to be chosen.
  static let firstUnnumbered = 1 << 24

  /// Resources that the sums of the cluster leave free; negative where more is held than there is.
  var free: Resources
  /// Number of GPUs of which nothing is held.
  private(set) var emptyGPUs: Int
  /// GPUs of which fractions are held, by number.
  private(set) var sharedGPUs: [SharedGPU]

  /// Creates the room that a cluster has.
  ///
  /// - Parameter isShared: whether fractions of a GPU may be held at any time that is considered, for GPUs that are not
  ///   held in part now.
  init(_ room: Room, isShared: (Int) -> Bool) {
    free = room.free
    emptyGPUs = 0
    sharedGPUs = []
    for slot in 0..<room.gpus.count {
      let held = room.gpus.heldMilli[slot]
      if held == 0 {
        emptyGPUs += 1
      } else if held != 1000 || isShared(slot) {
        sharedGPUs.append(SharedGPU(slot: slot, heldMilli: held))
      }
    }
  }

  /// Whether a request fits.
  func fits(_ request: Resources) -> Bool { fitsSums(request) && fitsGPUs(request.gpuMilli) }

  /// Whether a request fits by sums alone.
  func fitsSums(_ request: Resources) -> Bool {
    request.ramBytes <= free.ramBytes && request.cpuMilli <= free.cpuMilli && request.gpuMilli <= free.gpuMilli
  }

  private func fitsGPUs(_ milli: Int64) -> Bool {
    if milli == 0 { return true }
    if milli >= 1000 { return milli / 1000 <= Int64(emptyGPUs) }
    return emptyGPUs > 0 || sharedGPUs.contains { $0.heldMilli + Int(milli) <= 1000 }
  }

  /// Shared GPUs that are still to be chosen.
  var unnumberedGPUs: ArraySlice<SharedGPU> {
    var first = sharedGPUs.endIndex
    while first > 0, sharedGPUs[first - 1].slot >= Self.firstUnnumbered { first -= 1 }
    return sharedGPUs[first...]
  }

  /// The held thousandths of a GPU that is shared; `nil` if it is not.
  func heldMilli(ofShared slot: Int) -> Int? { position(of: slot).map { sharedGPUs[$0].heldMilli } }

  /// Takes what a request asks for.
  ///
  /// - Parameter slot: the GPU of which it takes a fraction; `nil` if it asks for whole GPUs or none.
  mutating func take(_ request: Resources, on slot: Int?) {
    free -= request
    guard let slot else {
      emptyGPUs -= Int(request.gpuMilli / 1000)
      return
    }
    hold(slot, Int(request.gpuMilli))
  }

  /// Releases what a run holds.
  ///
  /// - Parameter count: number of the cluster's GPUs; shares of others are not counted.
  mutating func give(_ resources: Resources, _ shares: [GPUShare], count: Int) {
    free += resources
    for share in shares where share.slot < count && share.milli > 0 {
      guard let position = position(of: share.slot) else {
        precondition(share.milli == 1000, "a GPU that is not shared releases a fraction")
        emptyGPUs += 1
        continue
      }
      sharedGPUs[position].heldMilli -= share.milli
      if sharedGPUs[position].heldMilli == 0 {
        sharedGPUs.remove(at: position)
        emptyGPUs += 1
      }
    }
  }

  /// Checks, in debug builds, that shared GPUs are in order, each once, and that something is held of each.
  func checkInvariants() {
    #if DEBUG
    for gpu in sharedGPUs { precondition(gpu.heldMilli > 0, "nothing is held of a shared GPU") }
    for (before, gpu) in zip(sharedGPUs, sharedGPUs.dropFirst()) {
      precondition(before.slot < gpu.slot, "shared GPUs are out of order")
    }
    #endif
  }

  /// Counts nothing as free less than nothing: while both a run and its successor are counted, the sum may exceed what there
  /// is.
  mutating func clampToCapacity() {
    for dimension in Dimension.allCases { free[dimension] = max(0, free[dimension]) }
  }

  /// Gives a GPU that was still to be chosen its number.
  mutating func renumber(_ former: Int, to slot: Int) {
    guard let position = position(of: former) else { return }
    let milli = sharedGPUs.remove(at: position).heldMilli
    // The number may be in use already: then both are on one GPU.
    if heldMilli(ofShared: slot) != nil { emptyGPUs += 1 }
    hold(slot, milli, isCounted: true)
  }

  private mutating func hold(_ slot: Int, _ milli: Int, isCounted: Bool = false) {
    let position = firstPosition(from: slot)
    if position < sharedGPUs.endIndex, sharedGPUs[position].slot == slot {
      sharedGPUs[position].heldMilli += milli
      return
    }
    sharedGPUs.insert(SharedGPU(slot: slot, heldMilli: milli), at: position)
    if !isCounted { emptyGPUs -= 1 }
  }

  private func position(of slot: Int) -> Int? {
    let first = firstPosition(from: slot)
    return first < sharedGPUs.count && sharedGPUs[first].slot == slot ? first : nil
  }

  /// The position of the first shared GPU from a number on.
  private func firstPosition(from slot: Int) -> Int {
    var (low, high) = (0, sharedGPUs.count)
    while low < high {
      let middle = (low + high) / 2
      if sharedGPUs[middle].slot < slot { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
