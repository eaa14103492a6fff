import FleetModel

/// The deployments of one cluster that could be admitted if there was room, grouped by the shape of their request: if
/// one does not fit, no other of its shape does. Within a group, the first that is short enough is found in logarithmic
/// time.
public struct ReadyQueue: Sendable {
  /// One waiting deployment.
  public struct Entry: Comparable, Sendable {
    /// The position in the queue.
    public var key: QueueKey
    /// The deployment's slot in the fleet.
    public var slot: Int
    /// The number of its group.
    public var group: Int
    /// Bounds of its runtime.
    public var runtime: RuntimeBound

    /// Orders entries by key, then by slot.
    public static func < (left: Entry, right: Entry) -> Bool {
      left.key == right.key ? left.slot < right.slot : left.key < right.key
    }
    /// Whether both entries are of the same deployment.
    public static func == (left: Entry, right: Entry) -> Bool { left.slot == right.slot }
  }

  /// The properties that all deployments of a group share.
  public struct Shape: Hashable, Sendable {
    /// The request of each deployment.
    public var request: Resources
    /// The own slot of a deployment whose fit depends on more than its request (a gang, a replacement); -1 for all
    /// others.
    public var loner: Int
    /// The condition on which their fit depends.
    public var kind: Kind
    /// The effective priority, which decides what it may preempt. The first of a group need not have the highest of
    /// all, because it may be older.
    public var priority: Priority

    /// A condition on which the fit of a deployment depends.
    public enum Kind: Hashable, Sendable {
      /// Its request alone: if that does not fit, the deployment does not.
      case request
      /// Dependencies that must be admitted with it.
      case gang
      /// Its own run, which releases what it holds.
      case replacement
    }

    /// Creates the shape of a deployment that only requests room.
    public init(request: Resources, loner: Int = -1, kind: Kind = .request, priority: Priority = .medium) {
      self.request = request
      self.loner = loner
      self.kind = kind
      self.priority = priority
    }
  }

  /// Entries that may be examined, in queue order: at most one of each group, and, for groups not reached yet, the part
  /// of the tree that contains them. They belong to one queue, into which nothing may be put meanwhile; entries that
  /// leave it may still appear.
  public struct Candidates: Sendable {
    fileprivate struct Candidate {
      /// A node of the queue's tree; if negative, the complement of a node of the tree of groups.
      var node: Int32
      /// The node of its first entry at the time it was added. That entry may have left the queue since; then the
      /// actual first comes no earlier.
      var first: Int32
    }
    fileprivate var heap: [Candidate] = []
    fileprivate let start: (key: QueueKey, slot: Int)?
    /// Number of groups and parts of the tree that were examined: the cost so far.
    public fileprivate(set) var visits = 0
  }

  private struct Group: Sendable {
    var shape: Shape
    /// The root of its tree; -1 if the group is empty.
    var root: Int32
    var first: Int32
    /// Whether the group is in the tree of groups; otherwise its number is vacant.
    var isInTree = true
  }

  private var tree = QueueTree()
  private var groupTree = GroupTree()
  private var groupRoot: Int32 = -1
  /// By number, which is also the position of the group's node in the tree of groups.
  private var groups: [Group] = []
  /// Groups that have become empty, some of which may have been filled again.
  private var emptied: [Int32] = []
  private var groupsByShape: [Shape: Int32] = [:]
  private var nodes: [Int: Int32] = [:]
  /// Slots of the deployments whose own run releases what it holds.
  public private(set) var replacements: Set<Int> = []

  /// Creates an empty queue.
  public init() {}

  /// Number of waiting deployments.
  public var count: Int { nodes.count }

  /// Inserts a deployment, or moves it to its new position.
  public mutating func put(slot: Int, key: QueueKey, shape: Shape, runtime: RuntimeBound = .unknown) {
    if let node = nodes[slot] {
      let present = entry(node)
      if present.key == key, groups[present.group].shape == shape {
        if present.runtime == runtime { return }
        tree.change(node, in: groups[present.group].root, ()) { $0.summary = ShortestRuntimes(runtime) }
        updateBounds(of: Int32(present.group))
        return
      }
      remove(slot: slot)
    }
    let group = group(of: shape)
    let node = tree.add(QueuedDeployment(key, slot: slot, group: group, runtime: runtime))
    nodes[slot] = node
    if shape.kind == .replacement { replacements.insert(slot) }
    setRoot(of: group, tree.insert(node, into: groups[Int(group)].root, ()))
  }

  /// Removes a deployment, if it is in the queue.
  public mutating func remove(slot: Int) {
    guard let node = nodes.removeValue(forKey: slot) else { return }
    let group = tree.nodes[Int(node)].element.group
    if groups[Int(group)].shape.kind == .replacement { replacements.remove(slot) }
    setRoot(of: group, tree.remove(node, from: groups[Int(group)].root, ()))
  }

  private mutating func setRoot(of group: Int32, _ root: Int32) {
    groups[Int(group)].root = root
    groups[Int(group)].first = tree.first(root)
    if root < 0 { emptied.append(group) }
    updateBounds(of: group)
  }

  private mutating func updateBounds(of group: Int32) {
    let bounds = bounds(of: group)
    if groupTree.nodes[Int(group)].element.summary == bounds { return }
    groupTree.change(group, in: groupRoot, tree) { $0.summary = bounds }
  }

  private func bounds(of number: Int32) -> GroupBounds {
    let group = groups[Int(number)]
    if group.root < 0 { return .none }
    let isReplacement = group.shape.kind == .replacement
    return GroupBounds(
      request: isReplacement ? .zero : group.shape.request, promised: tree.nodes[Int(group.root)].all.promised,
      expected: tree.nodes[Int(group.root)].all.expected, priority: group.shape.priority,
      hasGang: group.shape.kind == .gang, hasReplacement: isReplacement, first: group.first)
  }

  /// Removes the groups that are still empty. They stay in the tree until then, for iterations during which deployments
  /// leave.
  private mutating func forgetEmptied() {
    for group in emptied where groups[Int(group)].root < 0 && groups[Int(group)].isInTree {
      groups[Int(group)].isInTree = false
      groupRoot = groupTree.remove(group, from: groupRoot, tree)
      groupsByShape[groups[Int(group)].shape] = nil
    }
    emptied.removeAll(keepingCapacity: true)
  }

  private mutating func group(of shape: Shape) -> Int32 {
    if let known = groupsByShape[shape] { return known }
    let number = groupTree.add(QueueGroup(request: shape.request))
    let new = Group(shape: shape, root: -1, first: -1)
    if Int(number) < groups.count { groups[Int(number)] = new } else { groups.append(new) }
    groupsByShape[shape] = number
    groupRoot = groupTree.insert(number, into: groupRoot, tree)
    return number
  }

  private func entry(_ node: Int32) -> Entry {
    let found = tree.nodes[Int(node)].element
    let (promised, expected) = (found.summary.promised, found.summary.expected)
    return Entry(
      key: found.key, slot: found.slot, group: Int(found.group),
      runtime: RuntimeBound(
        promised: promised == .max ? nil : TimeSpan(nanoseconds: promised),
        expected: expected == .max ? nil : TimeSpan(nanoseconds: expected)))
  }

  /// Returns the shape of a group; `nil` if the group is empty.
  public func shape(ofGroup group: Int) -> Shape? { groups[group].root < 0 ? nil : groups[group].shape }

  private func firstNode(ofGroup group: Int, behind start: (key: QueueKey, slot: Int)?, within limits: RuntimeLimits)
    -> Int32
  {
    if start == nil, limits == RuntimeLimits() { return groups[group].first }
    return tree.first(groups[group].root, behind: start, within: limits)
  }

  /// Returns all waiting deployments as candidates.
  public mutating func candidates() -> Candidates {
    forgetEmptied()
    return candidates(behind: nil)
  }

  /// Returns the candidates behind an entry.
  public func candidates(behind other: Entry) -> Candidates { candidates(behind: (other.key, other.slot)) }

  private func candidates(behind start: (key: QueueKey, slot: Int)?) -> Candidates {
    var candidates = Candidates(start: start)
    addGroups(groupRoot, to: &candidates)
    return candidates
  }

  /// Removes and returns the first candidate. Groups that were examined in vain do not come back, so later predicates
  /// must not allow more than earlier ones.
  ///
  /// - Parameters:
  ///   - allows: whether anything within these bounds may be examined.
  ///   - limits: the runtime limits for entries of a group; `nil` if no entry of the group is to be examined.
  public func takeFirst(
    of candidates: inout Candidates, allows: (GroupBounds) -> Bool, limits: (Shape) -> RuntimeLimits?
  ) -> Entry? {
    while let first = candidates.heap.first {
      removeFirst(of: &candidates)
      if first.node >= 0 { return entry(first.node) }
      candidates.visits += 1
      let group = Int(~first.node)
      guard groupTree.nodes[group].all.first >= 0, allows(groupTree.nodes[group].all) else { continue }
      addGroups(groupTree.nodes[group].left, to: &candidates)
      addGroups(groupTree.nodes[group].right, to: &candidates)
      guard groupTree.nodes[group].element.summary.first >= 0, allows(groupTree.nodes[group].element.summary),
        let limits = limits(groups[group].shape)
      else { continue }
      addEntry(firstNode(ofGroup: group, behind: candidates.start, within: limits), to: &candidates)
    }
    return nil
  }

  /// Whether there is a group whose bounds satisfy a predicate. The predicate must hold for a range of groups if it
  /// holds for any group within.
  public func hasGroup(where holds: (GroupBounds) -> Bool) -> Bool {
    var stack = groupRoot < 0 ? [] : [groupRoot]
    while let number = stack.popLast() {
      let node = Int(number)
      guard groupTree.nodes[node].all.first >= 0, holds(groupTree.nodes[node].all) else { continue }
      if groupTree.nodes[node].element.summary.first >= 0, holds(groupTree.nodes[node].element.summary) { return true }
      if groupTree.nodes[node].left >= 0 { stack.append(groupTree.nodes[node].left) }
      if groupTree.nodes[node].right >= 0 { stack.append(groupTree.nodes[node].right) }
    }
    return false
  }

  /// Adds the first entry of the same group that is behind the given one and within the limits, if there is one.
  public func addNext(behind other: Entry, within limits: RuntimeLimits, to candidates: inout Candidates) {
    addEntry(firstNode(ofGroup: other.group, behind: (other.key, other.slot), within: limits), to: &candidates)
  }

  // MARK: The heap of candidates

  // By hand: `Heap` needs elements that compare by themselves, and these compare through the tree that holds their keys. A
  // copy of its key in each candidate would make it four times as large and count references.

  private func addEntry(_ node: Int32, to candidates: inout Candidates) {
    if node >= 0 { add(Candidates.Candidate(node: node, first: node), to: &candidates) }
  }

  private func addGroups(_ node: Int32, to candidates: inout Candidates) {
    if node < 0 { return }
    let first = groupTree.nodes[Int(node)].all.first
    if first >= 0 { add(Candidates.Candidate(node: ~node, first: first), to: &candidates) }
  }

  private func add(_ candidate: Candidates.Candidate, to candidates: inout Candidates) {
    var position = candidates.heap.count
    candidates.heap.append(candidate)
    while position > 0, comesBefore(candidates.heap[position], candidates.heap[(position - 1) / 2]) {
      candidates.heap.swapAt(position, (position - 1) / 2)
      position = (position - 1) / 2
    }
  }

  private func comesBefore(_ left: Candidates.Candidate, _ right: Candidates.Candidate) -> Bool {
    tree.precedes(left.first, right.first)
  }

  private func removeFirst(of candidates: inout Candidates) {
    let last = candidates.heap.removeLast()
    if candidates.heap.isEmpty { return }
    candidates.heap[0] = last
    var position = 0
    while true {
      var child = 2 * position + 1
      if child >= candidates.heap.count { return }
      if child + 1 < candidates.heap.count, comesBefore(candidates.heap[child + 1], candidates.heap[child]) {
        child += 1
      }
      if !comesBefore(candidates.heap[child], candidates.heap[position]) { return }
      candidates.heap.swapAt(child, position)
      position = child
    }
  }

  /// Returns all entries in queue order. For display: the cost is that of sorting the queue.
  public func inOrder() -> [Entry] { nodes.values.map { entry($0) }.sorted() }
}

#if DEBUG
extension ReadyQueue {
  /// Checks the whole queue: every tree and its summaries, and that the groups and the index by slot agree with the trees.
  public func checkInvariants() {
    var count = 0
    var found: Set<Int> = []
    for (number, group) in groups.enumerated() where group.isInTree {
      precondition(groupsByShape[group.shape] == Int32(number), "two groups have one shape")
      let members = tree.checkedNodes(group.root, ())
      precondition(group.first == members.first ?? -1, "a group's first entry is not the first of its tree")
      for node in members {
        let element = tree.nodes[Int(node)].element
        precondition(element.group == Int32(number), "an entry is in the tree of another group")
        precondition(nodes[element.slot] == node, "the index by slot names another node")
        if group.shape.kind == .replacement { found.insert(element.slot) }
      }
      precondition(
        groupTree.nodes[number].element.summary == bounds(of: Int32(number)), "a group's bounds are out of date")
      count += members.count
    }
    precondition(count == nodes.count, "the index by slot names an entry that is in no tree")
    precondition(found == replacements, "the slots of replacements are not those of their groups")
    tree.checkCount(inTrees: count)
    let inTree = groupTree.checkedNodes(groupRoot, tree)
    precondition(
      Set(inTree) == Set(groups.indices.filter { groups[$0].isInTree }.map { Int32($0) }),
      "the tree of groups has other groups")
    groupTree.checkCount(inTrees: inTree.count)
  }
}
#endif
