import FleetModel

/// The position of a deployment in its cluster's queue: effective priority, then age, then name; but enough waiting
/// outweighs priority.
///
/// Each level of priority is worth one `agingAfter` of waiting. All deployments age at the same pace, so time alone
/// never changes the order of two of them and nothing has to be sorted again.
public struct QueueKey: Hashable, Comparable, Sendable {
  /// The effective priority; among equal ranks the higher comes first.
  public var priority: Priority
  /// The time since when it waits, less the worth of its priority; the earlier rank comes first.
  public var rank: Instant
  /// The deployment's name, unique within the queue's cluster.
  public var name: String

  /// An upper limit of `agingAfter`, so that the rank cannot overflow.
  private static let longestAging = TimeSpan.seconds(10 * 365 * 86_400)

  /// Creates a key.
  public init(priority: Priority, queuedAt: Instant, agingAfter: TimeSpan, name: String) {
    self.priority = priority
    self.name = name
    let level = min(agingAfter, Self.longestAging).nanoseconds
    rank = Instant(nanoseconds: queuedAt.nanoseconds - level * Int64(priority.rawValue))
  }

  /// Orders keys by their position in the queue, the first being the least.
  public static func < (left: QueueKey, right: QueueKey) -> Bool {
    if left.rank != right.rank { return left.rank < right.rank }
    if left.priority != right.priority { return left.priority > right.priority }
    return left.name < right.name
  }
}
