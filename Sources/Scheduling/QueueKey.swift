import FleetModel

/// The place of a deployment in the queue of its cluster: effective priority, then age, then identity.
public struct QueueKey: Hashable, Comparable, Sendable {
  /// The effective priority; higher is earlier.
  public var priority: Priority
  /// Since when it waits; earlier is earlier.
  public var queuedAt: Instant
  /// The deployment's name, unique within the queue's cluster.
  public var name: String

  /// Makes a key.
  public init(priority: Priority, queuedAt: Instant, name: String) {
    self.priority = priority
    self.queuedAt = queuedAt
    self.name = name
  }

  /// Earlier in the queue is less.
  public static func < (left: QueueKey, right: QueueKey) -> Bool {
    if left.priority != right.priority { return left.priority > right.priority }
    if left.queuedAt != right.queuedAt { return left.queuedAt < right.queuedAt }
    return left.name < right.name
  }
}
