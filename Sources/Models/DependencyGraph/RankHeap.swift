/// A binary heap of numbers, the least first.
struct RankHeap {
  private var storage: [Int] = []

  mutating func insert(_ value: Int) {
    storage.append(value)
    var child = storage.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard storage[child] < storage[parent] else { return }
      storage.swapAt(child, parent)
      child = parent
    }
  }

  /// Removes and returns the least; nil if the heap is empty.
  mutating func removeLeast() -> Int? {
    guard let least = storage.first, let last = storage.popLast() else { return nil }
    guard !storage.isEmpty else { return least }
    storage[0] = last
    var parent = 0
    while true {
      let left = 2 * parent + 1
      guard left < storage.count else { return least }
      let child = left + 1 < storage.count && storage[left + 1] < storage[left] ? left + 1 : left
      guard storage[child] < storage[parent] else { return least }
      storage.swapAt(child, parent)
      parent = child
    }
  }
}
