import FleetModel
import HeapModule

/// The deployments of one cluster that could be admitted if there was room, grouped by the shape of their request: where
/// one does not fit, no other of its shape does, so that a pass looks at shapes, not at deployments.
public struct ReadyQueue: Sendable {
  /// One waiting deployment. `stamp` tells a current entry from one that was left behind by a change of its key.
  public struct Entry: Comparable, Sendable {
    /// Its place in the order.
    public var key: QueueKey
    /// Its slot in the fleet.
    public var slot: Int
    /// The stamp under which it was put in.
    var stamp: UInt64

    /// By key.
    public static func < (left: Entry, right: Entry) -> Bool { left.key < right.key }
    /// Same entry.
    public static func == (left: Entry, right: Entry) -> Bool { left.stamp == right.stamp }
  }

  /// What all of a group have in common.
  public struct Shape: Hashable, Sendable {
    /// What each of them asks for.
    public var request: Resources
    /// For a deployment whose fit depends on more than its request (a gang, a replacement): its own slot; else -1.
    public var loner: Int

    /// The shape of a deployment that only asks for room.
    public init(request: Resources, loner: Int = -1) {
      self.request = request
      self.loner = loner
    }
  }

  private var groups: [Shape: Heap<Entry>] = [:]
  private var current: [Int: (stamp: UInt64, shape: Shape, key: QueueKey)] = [:]
  private var nextStamp: UInt64 = 1

  /// An empty queue.
  public init() {}

  /// How many wait.
  public var count: Int { current.count }

  /// Puts a deployment in, or moves it to its new place.
  public mutating func put(slot: Int, key: QueueKey, shape: Shape) {
    if let present = current[slot], present.shape == shape, present.key == key { return }
    current[slot] = (nextStamp, shape, key)
    groups[shape, default: Heap()].insert(Entry(key: key, slot: slot, stamp: nextStamp))
    nextStamp += 1
  }

  /// Takes a deployment out, if it is in.
  public mutating func remove(slot: Int) {
    guard let shape = current.removeValue(forKey: slot)?.shape else { return }
    // Left-behind entries go when they come to the top; a group that has only such ones goes at once.
    dropStale(shape)
  }

  /// The first of each group, in the order of the queue.
  public mutating func heads() -> [(entry: Entry, shape: Shape)] {
    var heads: [(entry: Entry, shape: Shape)] = []
    for shape in Array(groups.keys) {
      dropStale(shape)
      if let head = groups[shape]?.min { heads.append((head, shape)) }
    }
    return heads.sorted { $0.entry < $1.entry }
  }

  /// The first of one group.
  public mutating func head(of shape: Shape) -> Entry? {
    dropStale(shape)
    return groups[shape]?.min
  }

  /// All that wait, in the order of the queue. For showing: its cost is the queue's length.
  public func inOrder() -> [Entry] {
    var all: [Entry] = []
    for (_, heap) in groups {
      for entry in heap.unordered where current[entry.slot]?.stamp == entry.stamp { all.append(entry) }
    }
    return all.sorted()
  }

  private mutating func dropStale(_ shape: Shape) {
    while let top = groups[shape]?.min, current[top.slot]?.stamp != top.stamp { groups[shape]?.removeMin() }
    if groups[shape]?.isEmpty == true { groups[shape] = nil }
  }
}
