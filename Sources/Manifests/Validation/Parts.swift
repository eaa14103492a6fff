import Dispatch

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
    var results = [Result?](repeating: nil, count: Parts.count)
    results.withUnsafeMutableBufferPointer { results in
      // Safe: every iteration writes its own element and no other, and all have ended when concurrentPerform returns.
      nonisolated(unsafe) let slots = results
      DispatchQueue.concurrentPerform(iterations: Parts.count) { part in
        slots[part] = body(count * part / Parts.count..<count * (part + 1) / Parts.count)
      }
    }
    return results.compactMap { $0 }
  }
}
