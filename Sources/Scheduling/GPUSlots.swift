import FleetModel

/// The GPUs of one cluster, each a slot of a thousand thousandths. A whole GPU takes empty slots, lowest index first; a
/// fraction goes where the least is left over, lowest index first among equals.
public struct GPUSlots: Sendable, Hashable {
  /// Thousandths of each slot that are held; slots that the cluster no longer has stay while they are held.
  public private(set) var heldMilli: [Int]
  /// How many devices the cluster has: only slots below it are given out.
  public private(set) var count: Int

  /// Slots that are all empty.
  public init(count: Int) {
    heldMilli = [Int](repeating: 0, count: count)
    self.count = count
  }

  /// The shares that a request would get; nil: it does not fit. A request is a multiple of 1000, or below 1000.
  public func assignment(gpuMilli: Int64) -> [GPUShare]? {
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
    if missing > count { return nil }
    var shares: [GPUShare] = []
    for slot in 0..<count where heldMilli[slot] == 0 {
      shares.append(GPUShare(slot: slot, milli: 1000))
      missing -= 1
      if missing == 0 { return shares }
    }
    return nil
  }

  /// Where a request would best stand later, if these slots are as they will be then: on what is held until then and not
  /// on what is free now, so that the least is kept from others until then. It fits exactly where `assignment` says so.
  public func laterAssignment(gpuMilli: Int64, now: GPUSlots) -> [GPUShare]? {
    if gpuMilli == 0 { return [] }
    func heldNow(_ slot: Int) -> Int { slot < now.heldMilli.count ? now.heldMilli[slot] : 0 }
    if gpuMilli < 1000 {
      let fitting = (0..<count).filter { heldMilli[$0] + Int(gpuMilli) <= 1000 }
      let best = fitting.max { (heldMilli[$0], heldNow($0), $0) < (heldMilli[$1], heldNow($1), $1) }
      return best.map { [GPUShare(slot: $0, milli: Int(gpuMilli))] }
    }
    let empty = (0..<count).filter { heldMilli[$0] == 0 }
    let wanted = Int(clamping: gpuMilli / 1000)
    if empty.count < wanted { return nil }
    let chosen = empty.sorted { (heldNow($0), $0) > (heldNow($1), $1) }.prefix(wanted)
    return chosen.sorted().map { GPUShare(slot: $0, milli: 1000) }
  }

  /// Makes each slot as full as it is here or there, whichever is more.
  mutating func cover(_ other: GPUSlots) {
    if other.heldMilli.isEmpty { return }
    while heldMilli.count < other.heldMilli.count { heldMilli.append(0) }
    for slot in other.heldMilli.indices { heldMilli[slot] = max(heldMilli[slot], other.heldMilli[slot]) }
  }

  /// The most that one request could get: all empty slots, or else what is left of the emptiest.
  public var largestFreeMilli: Int64 {
    let empty = heldMilli.prefix(count).count { $0 == 0 }
    if empty > 0 { return Int64(empty) * 1000 }
    return Int64(heldMilli.prefix(count).map { max(0, 1000 - $0) }.max() ?? 0)
  }

  /// Takes shares, also of slots that the cluster no longer has.
  public mutating func take(_ shares: [GPUShare]) {
    for share in shares {
      while heldMilli.count <= share.slot { heldMilli.append(0) }
      heldMilli[share.slot] += share.milli
    }
  }

  /// Gives shares back.
  public mutating func give(_ shares: [GPUShare]) {
    for share in shares where share.slot < heldMilli.count { heldMilli[share.slot] -= share.milli }
  }

  /// A change of the number of devices; slots beyond it stay while they are held.
  public mutating func resize(to count: Int) {
    self.count = count
    while heldMilli.count < count { heldMilli.append(0) }
    while heldMilli.count > count, heldMilli.last == 0 { heldMilli.removeLast() }
  }
}
