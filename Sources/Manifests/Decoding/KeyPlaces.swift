/// Where each key of the mappings that are being read stands: a stack with one frame a mapping, and in it one place a
/// field, undefined until it is set. Raw memory, because a frame is opened and closed for every mapping of a file.
struct KeyPlaces: ~Copyable {
  private var places: UnsafeMutablePointer<Span>
  private var capacity = 256
  private var end = 0

  init() { places = .allocate(capacity: capacity) }

  deinit { places.deallocate() }

  /// Opens a frame with a place for each of a number of fields, and says where it begins.
  @inline(__always)
  mutating func open(_ count: Int) -> Int {
    let base = end
    end += count
    if end > capacity { grow() }
    return base
  }

  /// Closes the innermost frame, by its beginning.
  @inline(__always)
  mutating func close(_ base: Int) { end = base }

  /// A place: the beginning of an open frame and the number of a field.
  @inline(__always)
  subscript(place: Int) -> Span {
    get {
      precondition(place < end)
      return places[place]
    }
    set {
      precondition(place < end)
      places[place] = newValue
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
