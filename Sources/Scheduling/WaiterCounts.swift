import FleetModel

/// The number of a deployment's live waiters of each priority. A change of one waiter costs the same however many there
/// are.
public struct WaiterCounts: Hashable, Sendable {
  private var low: Int32 = 0
  private var medium: Int32 = 0
  private var high: Int32 = 0

  /// Creates counts of zero.
  public init() {}

  /// Adds a waiter.
  public mutating func add(_ priority: Priority) { change(priority, by: 1) }
  /// Removes a waiter.
  public mutating func remove(_ priority: Priority) { change(priority, by: -1) }

  /// The highest priority among the waiters; `nil` if there are none.
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
    precondition(low >= 0 && medium >= 0 && high >= 0, "a waiter is removed that was not counted")
  }
}
