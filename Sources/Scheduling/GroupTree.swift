import FleetModel

/// The groups of a queue as one search tree in which neighbors request similar amounts. Each node knows the bounds of all
/// groups below it, so that those that do not fit are skipped together.
typealias GroupTree = Treap<QueueGroup>

/// One group in a `GroupTree`, in the order of a space-filling curve over its request.
struct QueueGroup: TreapElement {
  /// A `MortonCurve` key.
  let curveKey: UInt64
  /// The bounds of the group's deployments.
  var summary: GroupBounds = .none

  init(request: Resources) { curveKey = MortonCurve.key(of: request) }

  static func precedes(_ left: Int32, _ right: Int32, in nodes: [GroupTree.Node]) -> Bool {
    let (a, b) = (nodes[Int(left)].element.curveKey, nodes[Int(right)].element.curveKey)
    return a == b ? left < right : a < b
  }
}

/// Bounds that hold for every deployment of some groups.
public struct GroupBounds: TreapSummary {
  /// The smallest request in each dimension; zero if a replacement is among them, whose own run may release enough.
  public internal(set) var request: Resources
  /// The shortest bounded runtime in nanoseconds; the greatest value if none is bounded.
  public internal(set) var promised: Int64
  /// The shortest expected runtime in nanoseconds; the greatest value if none is known.
  public internal(set) var expected: Int64
  /// The highest effective priority.
  public internal(set) var priority: Priority
  /// Whether one of them must be admitted with others.
  public internal(set) var hasGang: Bool
  /// Whether one of them replaces its own run.
  public internal(set) var hasReplacement: Bool
  /// The node of the first entry in the queue; below zero: there are no entries.
  var first: Int32

  /// The bounds of no deployments.
  static let none = GroupBounds(
    request: Resources(ramBytes: .max, cpuMilli: .max, gpuMilli: .max), promised: .max, expected: .max, priority: .low,
    hasGang: false, hasReplacement: false, first: -1)

  mutating func join(_ other: GroupBounds, _ queue: borrowing QueueTree) {
    if other.first < 0 { return }
    request.ramBytes = min(request.ramBytes, other.request.ramBytes)
    request.cpuMilli = min(request.cpuMilli, other.request.cpuMilli)
    request.gpuMilli = min(request.gpuMilli, other.request.gpuMilli)
    promised = min(promised, other.promised)
    expected = min(expected, other.expected)
    priority = max(priority, other.priority)
    hasGang = hasGang || other.hasGang
    hasReplacement = hasReplacement || other.hasReplacement
    if first < 0 || queue.precedes(other.first, first) { first = other.first }
  }
}

/// A space-filling curve over the three dimensions of a request (Morton, "A Computer Oriented Geodetic Data Base", 1966),
/// with logarithmic coordinates, because requests range over many orders of magnitude.
enum MortonCurve {
  /// Returns the position of a request on the curve: the bits of its coordinates in turn, the highest first.
  static func key(of request: Resources) -> UInt64 {
    spread(coordinate(request.gpuMilli)) << 2 | spread(coordinate(request.cpuMilli)) << 1
      | spread(coordinate(request.ramBytes))
  }

  /// Returns sixteen bits that grow with an amount: its order of magnitude, then the ten bits after the highest.
  static func coordinate(_ amount: Int64) -> UInt64 {
    if amount <= 0 { return 0 }
    let magnitude = 63 - amount.leadingZeroBitCount
    let rest = magnitude >= 10 ? amount >> Int64(magnitude - 10) : amount << Int64(10 - magnitude)
    return UInt64(magnitude + 1) << 10 | UInt64(rest) & 0x3FF
  }

  /// Returns the lower sixteen bits with two zero bits between each and the next.
  private static func spread(_ bits: UInt64) -> UInt64 {
    var bits = bits & 0xFFFF
    bits = (bits | bits << 32) & 0x1F_0000_0000_FFFF
    bits = (bits | bits << 16) & 0x1F_0000_FF00_00FF
    bits = (bits | bits << 8) & 0x100F_00F0_0F00_F00F
    bits = (bits | bits << 4) & 0x10C3_0C30_C30C_30C3
    return (bits | bits << 2) & 0x1249_2492_4924_9249
  }
}
