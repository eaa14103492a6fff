import FleetModel

/// The GPUs of one cluster, each a slot of a thousand thousandths. A whole GPU takes empty slots, lowest index first; a
/// fraction goes where the least is left over, lowest index first among equals.
public struct GPUSlots: Sendable, Hashable {
  /// Thousandths of each slot that are held; slots that the cluster no longer has stay while they are held.
  public private(set) var heldMilli: [Int]
  /// How many devices the cluster has: only slots below it are given out.
  public private(set) var count: Int
  /// How many of those that are given out are empty.
  private var empty: Int

  /// Slots that are all empty.
  public init(count: Int) {
    heldMilli = [Int](repeating: 0, count: count)
    self.count = count
    empty = count
  }

  /// Whether a request could be assigned: `assignment` would not be nil.
  public func canAssign(gpuMilli: Int64) -> Bool {
    if gpuMilli >= 1000 { return gpuMilli / 1000 <= Int64(empty) }
    if gpuMilli == 0 || empty > 0 { return true }
    return heldMilli.prefix(count).contains { $0 + Int(gpuMilli) <= 1000 }
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
    if missing > empty { return nil }
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
      var best: Int?
      for slot in 0..<count where heldMilli[slot] + Int(gpuMilli) <= 1000 {
        if let chosen = best, (heldMilli[chosen], heldNow(chosen)) > (heldMilli[slot], heldNow(slot)) { continue }
        best = slot
      }
      return best.map { [GPUShare(slot: $0, milli: Int(gpuMilli))] }
    }
    let wanted = Int(clamping: gpuMilli / 1000)
    if empty < wanted { return nil }
    // The fullest now, of those the last; the least of them stands first.
    var chosen: [Int] = []
    for slot in (0..<count).reversed() where heldMilli[slot] == 0 {
      if chosen.count == wanted {
        guard let least = chosen.first, heldNow(slot) > heldNow(least) else { continue }
        chosen.removeFirst()
      }
      let place = chosen.firstIndex { heldNow($0) >= heldNow(slot) } ?? chosen.endIndex
      chosen.insert(slot, at: place)
    }
    return chosen.sorted().map { GPUShare(slot: $0, milli: 1000) }
  }

  /// How many of those that are given out have so much left.
  func count(with milli: Int) -> Int { heldMilli.prefix(count).count { $0 + milli <= 1000 } }

  /// Makes a slot as full as it is here or there, whichever is more.
  mutating func raise(_ slot: Int, to other: GPUSlots) {
    let held = slot < other.count ? other.heldMilli[slot] : 1000
    if slot >= count || held <= heldMilli[slot] { return }
    if heldMilli[slot] == 0 { empty -= 1 }
    heldMilli[slot] = held
  }

  private mutating func countEmpty() { empty = heldMilli.prefix(count).count { $0 == 0 } }

  /// The most that one request could get: all empty slots, or else what is left of the emptiest.
  public var largestFreeMilli: Int64 {
    if empty > 0 { return Int64(empty) * 1000 }
    return Int64(heldMilli.prefix(count).map { max(0, 1000 - $0) }.max() ?? 0)
  }

  /// Takes shares, also of slots that the cluster no longer has.
  public mutating func take(_ shares: [GPUShare]) {
    for share in shares {
      while heldMilli.count <= share.slot { heldMilli.append(0) }
      if share.slot < count, heldMilli[share.slot] == 0, share.milli > 0 { empty -= 1 }
      heldMilli[share.slot] += share.milli
    }
  }

  /// Gives shares back.
  public mutating func give(_ shares: [GPUShare]) {
    for share in shares where share.slot < heldMilli.count {
      heldMilli[share.slot] -= share.milli
      if share.slot < count, heldMilli[share.slot] == 0, share.milli > 0 { empty += 1 }
    }
  }

  /// A change of the number of devices; slots beyond it stay while they are held.
  public mutating func resize(to count: Int) {
    let isChanged = self.count != count
    self.count = count
    while heldMilli.count < count { heldMilli.append(0) }
    while heldMilli.count > count, heldMilli.last == 0 { heldMilli.removeLast() }
    if isChanged { countEmpty() }
  }
}
