/// Index of one kind of thing in the fleet's tables. A type of its own for each kind, because a cluster's index given where a
/// deployment's is meant would name something that is there.
public protocol Slot: Hashable, Comparable, Sendable, Strideable where Stride == Int {
  /// The position in the table.
  var index: Int { get }
  /// The slot at a position.
  init(_ index: Int)
}

extension Slot {
  @inlinable public static func < (left: Self, right: Self) -> Bool { left.index < right.index }
  @inlinable public func distance(to other: Self) -> Int { other.index - index }
  @inlinable public func advanced(by distance: Int) -> Self { Self(index + distance) }
  /// Hashes as its `Int` does, which hashes its one word in one call, without a `Hasher` that is fed and finished.
  @inlinable public func _rawHashValue(seed: Int) -> Int { index._rawHashValue(seed: seed) }
}

/// Index of a deployment in the fleet's table of deployments. It is used again once its deployment is deleted.
@frozen public struct DeploymentSlot: Slot {
  public let index: Int
  @inlinable public init(_ index: Int) { self.index = index }
}

/// Index of a cluster in the fleet's table of clusters.
@frozen public struct ClusterSlot: Slot {
  public let index: Int
  @inlinable public init(_ index: Int) { self.index = index }
}

/// Array that is indexed by slots of one kind. Frozen and inlinable, so that other modules index the array itself.
@frozen public struct SlotTable<Index: Slot, Element> {
  @usableFromInline var elements: [Element] = []

  /// An empty table.
  @inlinable public init() {}

  /// A table of elements in the order of their slots, which begin at 0.
  @inlinable public init(_ elements: [Element]) { self.elements = elements }

  /// Adds an element, whose slot is the former `endIndex`.
  @inlinable public mutating func append(_ element: Element) { elements.append(element) }

  /// Makes room for that many elements in all.
  @inlinable public mutating func reserveCapacity(_ count: Int) { elements.reserveCapacity(count) }
}

extension SlotTable: Sendable where Element: Sendable {}

extension SlotTable: RandomAccessCollection, MutableCollection {
  @inlinable public var startIndex: Index { Index(0) }
  @inlinable public var endIndex: Index { Index(elements.count) }
  @inlinable public var count: Int { elements.count }

  @inlinable public subscript(slot: Index) -> Element {
    // `_read` would copy a large element before it is yielded.
    @inline(__always) get { elements[slot.index] }
    _modify { yield &elements[slot.index] }
  }

  @inlinable public func makeIterator() -> IndexingIterator<[Element]> { elements.makeIterator() }

  @inlinable public func withContiguousStorageIfAvailable<Result>(
    _ body: (UnsafeBufferPointer<Element>) throws -> Result
  ) rethrows -> Result? { try elements.withUnsafeBufferPointer(body) }
}
