import FleetModel

/// The runs of a cluster that could be asked to stop, by effective priority, so that whoever looks for those below some
/// priority passes no others.
public struct HoldersByPriority: Sendable {
  private var low: Set<RunID> = []
  private var medium: Set<RunID> = []
  private var high: Set<RunID> = []
  /// What the runs of each priority hold, the lowest first.
  private var held = [Resources](repeating: .zero, count: Priority.allCases.count)
  /// Rises whenever a run is counted in or out.
  public private(set) var version = 0

  /// Nobody holds anything.
  public init() {}

  /// Counts a run in, with what it holds.
  public mutating func add(_ run: RunID, _ priority: Priority, _ resources: Resources) {
    if change(priority, { $0.insert(run).inserted }) { held[priority.rawValue - 1] += resources }
  }

  /// Counts a run out, if it is in.
  public mutating func remove(_ run: RunID, _ priority: Priority, _ resources: Resources) {
    if change(priority, { $0.remove(run) != nil }) { held[priority.rawValue - 1] -= resources }
  }

  /// What the runs hold that are of no lower priority.
  public func held(notBelow priority: Priority) -> Resources {
    held[(priority.rawValue - 1)...].reduce(.zero, +)
  }

  /// The runs of strictly lower priority, in no order that may reach a result.
  public func below(_ priority: Priority) -> [RunID] {
    switch priority {
    case .low: []
    case .medium: Array(low)
    case .high: low + Array(medium)
    }
  }

  /// Whether there are any of strictly lower priority.
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
