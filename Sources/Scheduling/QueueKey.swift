import FleetModel

/// The place of a deployment in the queue of its cluster: effective priority, then age, then identity; where one has waited
/// long enough for it, age goes before priority.
///
/// Each level of priority is worth one `agingAfter` of waiting. All grow older at the same pace, so that the order of two
/// deployments never changes by time alone, and nothing has to be sorted again.
public struct QueueKey: Hashable, Comparable, Sendable {
  /// The effective priority; of those of one rank the higher is earlier.
  public var priority: Priority
  /// Since when it waits, less what its priority is worth; earlier is earlier.
  public var rank: Instant
  /// The deployment's name, unique within the queue's cluster.
  public var name: String

  /// Above it no age makes up for priority, and no time overflows.
  private static let longestAging = TimeSpan.seconds(10 * 365 * 86_400)

  /// Makes a key.
  public init(priority: Priority, queuedAt: Instant, agingAfter: TimeSpan, name: String) {
    self.priority = priority
    self.name = name
    let level = min(agingAfter, Self.longestAging).nanoseconds
    rank = Instant(nanoseconds: queuedAt.nanoseconds - level * Int64(priority.rawValue))
  }

  /// Earlier in the queue is less.
  public static func < (left: QueueKey, right: QueueKey) -> Bool {
    if left.rank != right.rank { return left.rank < right.rank }
    if left.priority != right.priority { return left.priority > right.priority }
    return left.name < right.name
  }
}
