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

  struct Group: Sendable {
    var shape: Shape
    /// The root of its tree; -1 if the group is empty.
    var root: Int32
    var first: Int32
    /// Whether the group is in the tree of groups; otherwise its number is vacant.
    var isInTree = true
  }

  private(set) var tree = QueueTree()
  private(set) var groupTree = GroupTree()
  private(set) var groupRoot: Int32 = -1
  /// By number, which is also the position of the group's node in the tree of groups.
  private(set) var groups: [Group] = []
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
  mutating func forgetEmptied() {
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

  func entry(_ node: Int32) -> Entry {
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
