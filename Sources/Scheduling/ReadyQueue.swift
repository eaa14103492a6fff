import FleetModel

/// The deployments of one cluster that could be admitted if there was room, grouped by the shape of their request: where
/// one does not fit, no other of its shape does. Within a group the first that is short enough is found in logarithmic time.
public struct ReadyQueue: Sendable {
  /// One waiting deployment.
  public struct Entry: Comparable, Sendable {
    /// Its place in the order.
    public var key: QueueKey
    /// Its slot in the fleet.
    public var slot: Int
    /// Its group.
    public var group: Int
    /// How long its run may take.
    public var runtime: RuntimeBound

    /// By key; those of one key by slot.
    public static func < (left: Entry, right: Entry) -> Bool {
      left.key == right.key ? left.slot < right.slot : left.key < right.key
    }
    /// Same deployment.
    public static func == (left: Entry, right: Entry) -> Bool { left.slot == right.slot }
  }

  /// What all of a group have in common.
  public struct Shape: Hashable, Sendable {
    /// What each of them asks for.
    public var request: Resources
    /// For a deployment whose fit depends on more than its request (a gang, a replacement): its own slot; else -1.
    public var loner: Int
    /// The effective priority: what it may have stopped. The first of a group need not have the highest of all, for it may be
    /// older.
    public var priority: Priority

    /// The shape of a deployment that only asks for room.
    public init(request: Resources, loner: Int = -1, priority: Priority = .medium) {
      self.request = request
      self.loner = loner
      self.priority = priority
    }
  }

  /// Entries that may be looked at, one of each group at most, of which the first is found at once. They are those of one
  /// queue, into which nothing may be put meanwhile.
  public struct Candidates: Sendable {
    fileprivate var heap: [Int32] = []
  }

  private struct Group: Sendable {
    var shape: Shape
    /// -1: the group is empty, and its number free.
    var root: Int32
    var first: Int32
  }

  private var tree = QueueTree()
  private var groups: [Group] = []
  private var vacantGroups: [Int32] = []
  private var groupsByShape: [Shape: Int32] = [:]
  private var nodes: [Int: Int32] = [:]

  /// An empty queue.
  public init() {}

  /// How many wait.
  public var count: Int { nodes.count }

  /// Puts a deployment in, or moves it to its new place.
  public mutating func put(slot: Int, key: QueueKey, shape: Shape, runtime: RuntimeBound = .unknown) {
    if let present = nodes[slot].map({ entry($0) }) {
      if present.key == key, present.runtime == runtime, groups[present.group].shape == shape { return }
      remove(slot: slot)
    }
    let group = group(of: shape)
    let node = tree.make(key, slot: slot, group: group, runtime: runtime)
    nodes[slot] = node
    setRoot(of: group, tree.insert(node, into: groups[Int(group)].root))
  }

  /// Takes a deployment out, if it is in.
  public mutating func remove(slot: Int) {
    guard let node = nodes.removeValue(forKey: slot) else { return }
    let group = tree.nodes[Int(node)].group
    setRoot(of: group, tree.remove(node, from: groups[Int(group)].root))
  }

  private mutating func setRoot(of group: Int32, _ root: Int32) {
    groups[Int(group)].root = root
    groups[Int(group)].first = tree.first(root)
    if root < 0 {
      groupsByShape[groups[Int(group)].shape] = nil
      vacantGroups.append(group)
    }
  }

  private mutating func group(of shape: Shape) -> Int32 {
    if let known = groupsByShape[shape] { return known }
    let new = Group(shape: shape, root: -1, first: -1)
    let number: Int32
    if let vacant = vacantGroups.popLast() {
      number = vacant
      groups[Int(number)] = new
    } else {
      number = Int32(groups.count)
      groups.append(new)
    }
    groupsByShape[shape] = number
    return number
  }

  private func entry(_ node: Int32) -> Entry {
    let found = tree.nodes[Int(node)]
    return Entry(
      key: found.key, slot: found.slot, group: Int(found.group),
      runtime: RuntimeBound(
        promised: found.promised == .max ? nil : TimeSpan(nanoseconds: found.promised),
        expected: found.expected == .max ? nil : TimeSpan(nanoseconds: found.expected)))
  }

  /// What a group has in common; nil: nobody waits in it.
  public func shape(ofGroup group: Int) -> Shape? { groups[group].root < 0 ? nil : groups[group].shape }

  /// The first of a group that comes behind an entry and whose runtime is within the limits.
  public func first(ofGroup group: Int, behind other: Entry?, within limits: RuntimeLimits = RuntimeLimits()) -> Entry?
  {
    let node = firstNode(ofGroup: group, behind: other, within: limits)
    return node < 0 ? nil : entry(node)
  }

  private func firstNode(ofGroup group: Int, behind other: Entry?, within limits: RuntimeLimits) -> Int32 {
    if other == nil, limits == RuntimeLimits() { return groups[group].first }
    return tree.first(groups[group].root, behind: other.map { ($0.key, $0.slot) }, within: limits)
  }

  /// Of each group the first behind an entry that may be looked at.
  /// - Parameter limits: how long an entry of a group with this first slot may run; nil: none of the group is to be looked at.
  public func candidates(behind other: Entry?, limits: (Shape, Int) -> RuntimeLimits?) -> Candidates {
    var candidates = Candidates()
    for group in groups.indices where groups[group].root >= 0 {
      guard let limits = limits(groups[group].shape, tree.nodes[Int(groups[group].first)].slot) else { continue }
      let node = firstNode(ofGroup: group, behind: other, within: limits)
      if node >= 0 { candidates.heap.append(node) }
    }
    for place in (0..<candidates.heap.count / 2).reversed() { siftDown(&candidates, from: place) }
    return candidates
  }

  /// Whether there is a group of which, by its shape and its first slot, this holds.
  public func hasGroup(where holds: (Shape, Int) -> Bool) -> Bool {
    groups.contains { $0.root >= 0 && holds($0.shape, tree.nodes[Int($0.first)].slot) }
  }

  /// Takes the first of the candidates out.
  public func takeFirst(of candidates: inout Candidates) -> Entry? {
    guard let first = candidates.heap.first else { return nil }
    let last = candidates.heap.removeLast()
    if !candidates.heap.isEmpty {
      candidates.heap[0] = last
      siftDown(&candidates, from: 0)
    }
    return entry(first)
  }

  /// Adds the first of an entry's group that comes behind it and is within the limits, if there is one.
  public func addNext(behind other: Entry, within limits: RuntimeLimits, to candidates: inout Candidates) {
    let node = firstNode(ofGroup: other.group, behind: other, within: limits)
    if node < 0 { return }
    var place = candidates.heap.count
    candidates.heap.append(node)
    while place > 0, tree.precedes(candidates.heap[place], candidates.heap[(place - 1) / 2]) {
      candidates.heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  private func siftDown(_ candidates: inout Candidates, from start: Int) {
    var place = start
    while true {
      var child = 2 * place + 1
      if child >= candidates.heap.count { return }
      if child + 1 < candidates.heap.count, tree.precedes(candidates.heap[child + 1], candidates.heap[child]) {
        child += 1
      }
      if !tree.precedes(candidates.heap[child], candidates.heap[place]) { return }
      candidates.heap.swapAt(child, place)
      place = child
    }
  }

  /// All that wait, in the order of the queue. For showing: its cost is the queue's length.
  public func inOrder() -> [Entry] { nodes.values.map { entry($0) }.sorted() }
}
