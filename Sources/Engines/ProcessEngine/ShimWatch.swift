/// Reason why only looks tell that the shim of a run is gone.
enum LackOfWatch: Sendable, Hashable {
  /// There are more live runs than descriptors to watch their shims.
  case tooManyRuns
  /// The run's FIFO is not as its shim made it, or can't be watched; in words.
  case troubled(String)
}
