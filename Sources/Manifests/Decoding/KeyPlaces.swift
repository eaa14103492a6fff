/// Spans of the keys of the maps that are being read: a stack with one frame for each map and one span for each
/// field, undefined until it is set. Raw memory, because a frame is opened and closed for every map of a file.
struct KeyPlaces: ~Copyable {
  private var places: UnsafeMutablePointer<Span>
  private var capacity = 256
  private var end = 0

  init() { places = .allocate(capacity: capacity) }

  deinit { places.deallocate() }

  /// Opens a frame with a span for each of `count` fields and returns its base.
  @inline(__always)
  mutating func open(_ count: Int) -> Int {
    let base = end
    end += count
    if end > capacity { grow() }
    return base
  }

  /// Closes the innermost frame, given its base.
  @inline(__always)
  mutating func close(_ base: Int) { end = base }

  /// The span at a position: the base of an open frame plus the index of a field.
  @inline(__always)
  subscript(position: Int) -> Span {
    get {
      precondition(position < end)
      return places[position]
    }
    set {
      precondition(position < end)
      places[position] = newValue
    }
  }

  private mutating func grow() {
    let larger = UnsafeMutablePointer<Span>.allocate(capacity: end * 2)
    larger.update(from: places, count: capacity)
    places.deallocate()
    places = larger
    capacity = end * 2
  }
}
