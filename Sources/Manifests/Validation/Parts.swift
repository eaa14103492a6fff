import Dispatch

/// Work on many documents that are independent of each other, on all cores.
enum Parts {
  /// Fewer are not worth a second thread.
  private static let fewest = 4096
  /// More parts than cores, so that a core that was late leaves the others something to do.
  private static let count = 16

  /// Whether so many would be divided.
  static func divides(_ count: Int) -> Bool { count >= fewest }

  /// What a body makes of each part of 0..<count, in the order of the parts; of all of it at once where it is little.
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
