import FleetModel

// The search for the next deployment to look at.

extension ReadyQueue {
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
}
