import ConcurrentMap

/// Parallel work on many independent documents.
enum Parts {
  /// Minimum number of documents worth a second thread.
  private static let fewest = 4096
  /// More parts than cores, so that a delayed core leaves work to the others.
  private static let count = 16

  /// Whether this many documents would be divided.
  static func divides(_ count: Int) -> Bool { count >= fewest }

  /// Maps each part of 0..<count, in the order of the parts; the whole range at once if it is small.
  static func map<Result: Sendable>(_ count: Int, _ body: @Sendable (Range<Int>) -> Result) -> [Result] {
    if !divides(count) { return [body(0..<count)] }
    return [Result](concurrently: Parts.count) { part in
      body(count * part / Parts.count..<count * (part + 1) / Parts.count)
    }
  }
}
