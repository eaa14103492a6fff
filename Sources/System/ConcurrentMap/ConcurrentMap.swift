import Dispatch

extension Array where Element: Sendable {
  /// Makes an array of `count` elements, each computed from its position, on all cores. Returns when all are computed.
  public init(concurrently count: Int, _ element: @Sendable (Int) -> Element) {
    self.init(unsafeUninitializedCapacity: count) { results, initialized in
      // Safe: each iteration initializes its own element and no other, and all have ended when concurrentPerform returns.
      nonisolated(unsafe) let slots = results
      DispatchQueue.concurrentPerform(iterations: count) { position in
        slots.initializeElement(at: position, to: element(position))
      }
      initialized = count
    }
  }
}

/// Returns the results of two functions, computed at the same time.
public func concurrently<First: Sendable, Second: Sendable>(
  _ first: @Sendable () -> First, _ second: @Sendable () -> Second
) -> (First, Second) {
  var results: (First?, Second?) = (nil, nil)
  withUnsafeMutablePointer(to: &results) { pointer in
    // Safe: each iteration writes its own element and no other, and both have ended when concurrentPerform returns.
    nonisolated(unsafe) let slots = pointer
    DispatchQueue.concurrentPerform(iterations: 2) { part in
      if part == 0 { slots.pointee.0 = first() } else { slots.pointee.1 = second() }
    }
  }
  guard let one = results.0, let two = results.1 else { preconditionFailure("concurrentPerform left one out") }
  return (one, two)
}
