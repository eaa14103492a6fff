import FleetModel

/// How many live waiters of each priority a deployment has. With it, a change of one waiter costs the same however many
/// there are.
public struct WaiterCounts: Hashable, Sendable {
  private var low: Int32 = 0
  private var medium: Int32 = 0
  private var high: Int32 = 0

  /// No waiters.
  public init() {}

  /// Counts a waiter in.
  public mutating func add(_ priority: Priority) { change(priority, by: 1) }
  /// Counts a waiter out.
  public mutating func remove(_ priority: Priority) { change(priority, by: -1) }

  /// The highest priority among the waiters; nil: none waits.
  public var highest: Priority? {
    if high > 0 { return .high }
    if medium > 0 { return .medium }
    return low > 0 ? .low : nil
  }

  private mutating func change(_ priority: Priority, by amount: Int32) {
    switch priority {
    case .low: low += amount
    case .medium: medium += amount
    case .high: high += amount
    }
  }
}
