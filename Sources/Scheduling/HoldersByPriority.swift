import FleetModel

/// The preemptible runs of a cluster by effective priority, so that a search for lower priorities visits no others.
public struct HoldersByPriority: Sendable {
  private var low: Set<RunID> = []
  private var medium: Set<RunID> = []
  private var high: Set<RunID> = []
  /// Resources held by the runs of each priority, lowest priority first.
  private var held = [Resources](repeating: .zero, count: Priority.allCases.count)
  /// A number that increases with every change.
  public private(set) var version = 0

  /// Creates an empty collection.
  public init() {}

  /// Adds a run with the resources that it holds.
  public mutating func add(_ run: RunID, _ priority: Priority, _ resources: Resources) {
    if change(priority, { $0.insert(run).inserted }) { held[priority.rawValue - 1] += resources }
  }

  /// Removes a run, if it is a member.
  public mutating func remove(_ run: RunID, _ priority: Priority, _ resources: Resources) {
    guard change(priority, { $0.remove(run) != nil }) else { return }
    held[priority.rawValue - 1] -= resources
    precondition(
      Dimension.allCases.allSatisfy { held[priority.rawValue - 1][$0] >= 0 }, "a run is removed with more than it held")
  }

  /// Returns the sum held by runs of at least the given priority.
  public func held(notBelow priority: Priority) -> Resources {
    held[(priority.rawValue - 1)...].reduce(.zero, +)
  }

  /// Returns the runs of strictly lower priority, in an order that must not affect any result.
  public func below(_ priority: Priority) -> [RunID] {
    switch priority {
    case .low: []
    case .medium: Array(low)
    case .high: low + Array(medium)
    }
  }

  /// Whether there are runs of strictly lower priority.
  public func areBelow(_ priority: Priority) -> Bool {
    switch priority {
    case .low: false
    case .medium: !low.isEmpty
    case .high: !low.isEmpty || !medium.isEmpty
    }
  }

  private mutating func change(_ priority: Priority, _ body: (inout Set<RunID>) -> Bool) -> Bool {
    version += 1
    return switch priority {
    case .low: body(&low)
    case .medium: body(&medium)
    case .high: body(&high)
    }
  }
}

#if DEBUG
extension HoldersByPriority {
  /// Checks that every run is of one priority, and that the sums are those of the runs.
  ///
  /// - Parameter resources: the resources that a run holds.
  public func checkInvariants(holding resources: (RunID) -> Resources) {
    precondition(low.isDisjoint(with: medium) && low.isDisjoint(with: high) && medium.isDisjoint(with: high))
    for (priority, runs) in [(Priority.low, low), (.medium, medium), (.high, high)] {
      precondition(
        held[priority.rawValue - 1] == runs.reduce(.zero) { $0 + resources($1) }, "a priority holds another sum")
    }
  }
}
#endif
