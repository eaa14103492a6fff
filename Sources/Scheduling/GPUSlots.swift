import FleetModel

/// The GPUs of one cluster, each a slot of 1000 thousandths. A request for whole GPUs takes empty slots, lowest index
/// first. A fraction takes the slot with the least left over, lowest index first among equals.
public struct GPUSlots: Sendable, Hashable {
  /// Held thousandths of each slot. Slots beyond the cluster's current number of devices remain until they are
  /// released.
  public private(set) var heldMilli: [Int]
  /// Number of devices of the cluster; only slots below it are assigned.
  public private(set) var count: Int
  /// Number of empty slots below `count`.
  private var empty: Int

  /// Creates empty slots.
  public init(count: Int) {
    heldMilli = [Int](repeating: 0, count: count)
    self.count = count
    empty = count
  }

  /// Whether a request can be assigned, that is, `assignment(gpuMilli:)` is not `nil`.
  public func canAssign(gpuMilli: Int64) -> Bool {
    if gpuMilli >= 1000 { return gpuMilli / 1000 <= Int64(empty) }
    if gpuMilli == 0 || empty > 0 { return true }
    return heldMilli.prefix(count).contains { $0 + Int(gpuMilli) <= 1000 }
  }

  /// Returns the shares that a request would get; `nil` if it does not fit.
  ///
  /// - Parameters:
  ///   - gpuMilli: a multiple of 1000, or below 1000.
  ///   - preferred: shares of GPUs that whole ones are to be among, as far as these are empty.
  public func assignment(gpuMilli: Int64, preferring preferred: [GPUShare] = []) -> [GPUShare]? {
    if gpuMilli == 0 { return [] }
    if gpuMilli < 1000 {
      let need = Int(gpuMilli)
      var best: Int?
      for slot in 0..<count where heldMilli[slot] + need <= 1000 {
        if let chosen = best, heldMilli[chosen] >= heldMilli[slot] { continue }
        best = slot
      }
      return best.map { [GPUShare(slot: $0, milli: need)] }
    }
    var missing = gpuMilli / 1000
    if missing > empty { return nil }
    var shares: [GPUShare] = []
    for share in preferred where share.slot < count && heldMilli[share.slot] == 0 && missing > 0 {
      if shares.contains(where: { $0.slot == share.slot }) { continue }
      shares.append(GPUShare(slot: share.slot, milli: 1000))
      missing -= 1
    }
    let chosen = Set(shares.map(\.slot))
    for slot in 0..<count where missing > 0 && heldMilli[slot] == 0 && !chosen.contains(slot) {
      shares.append(GPUShare(slot: slot, milli: 1000))
      missing -= 1
    }
    return missing == 0 ? shares.sorted() : nil
  }

  /// Returns the share of the first empty slot for a fraction; `nil` if there is none.
  func firstEmpty(for gpuMilli: Int64) -> [GPUShare]? {
    if empty == 0 { return nil }
    return heldMilli.prefix(count).firstIndex(of: 0).map { [GPUShare(slot: $0, milli: Int(gpuMilli))] }
  }

  private mutating func countEmpty() { empty = heldMilli.prefix(count).count { $0 == 0 } }

  /// The largest request that fits: all empty slots, or else what is left of the emptiest.
  public var largestFreeMilli: Int64 {
    if empty > 0 { return Int64(empty) * 1000 }
    return Int64(heldMilli.prefix(count).map { max(0, 1000 - $0) }.max() ?? 0)
  }

  /// Takes shares, including shares of slots that the cluster no longer has.
  public mutating func take(_ shares: [GPUShare]) {
    for share in shares {
      precondition(share.slot >= 0 && share.milli >= 0, "a share is negative")
      while heldMilli.count <= share.slot { heldMilli.append(0) }
      if share.slot < count, heldMilli[share.slot] == 0, share.milli > 0 { empty -= 1 }
      heldMilli[share.slot] += share.milli
    }
  }

  /// Releases shares.
  public mutating func give(_ shares: [GPUShare]) {
    for share in shares {
      precondition(
        share.slot < heldMilli.count && heldMilli[share.slot] >= share.milli, "a GPU releases more than it holds")
      heldMilli[share.slot] -= share.milli
      if share.slot < count, heldMilli[share.slot] == 0, share.milli > 0 { empty += 1 }
    }
  }

  /// Changes the number of devices; slots beyond it remain while they are held.
  public mutating func resize(to count: Int) {
    let isChanged = self.count != count
    self.count = count
    while heldMilli.count < count { heldMilli.append(0) }
    while heldMilli.count > count, heldMilli.last == 0 { heldMilli.removeLast() }
    if isChanged { countEmpty() }
  }
}

#if DEBUG
extension GPUSlots {
  /// Checks the number of empty slots, and that no slot beyond the number of devices stays for nothing.
  public func checkInvariants() {
    precondition(heldMilli.allSatisfy { $0 >= 0 }, "a GPU holds less than nothing")
    precondition(heldMilli.count >= count, "a device has no slot")
    precondition(heldMilli.count == count || heldMilli.last != 0, "an empty slot is left over")
    precondition(empty == heldMilli.prefix(count).count { $0 == 0 }, "the number of empty slots is wrong")
  }
}
#endif
