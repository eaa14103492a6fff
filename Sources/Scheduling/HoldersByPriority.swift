import FleetModel

/// The runs of a cluster that could be asked to stop, by effective priority, so that whoever looks for those below some
/// priority passes no others.
public struct HoldersByPriority: Sendable {
  private var low: Set<RunID> = []
  private var medium: Set<RunID> = []
  private var high: Set<RunID> = []
  /// Rises whenever a run is counted in or out.
  public private(set) var version = 0

  /// Nobody holds anything.
  public init() {}

  /// Counts a run in.
  public mutating func add(_ run: RunID, _ priority: Priority) { change(priority) { $0.insert(run) } }

  /// Counts a run out, if it is in.
  public mutating func remove(_ run: RunID, _ priority: Priority) { change(priority) { $0.remove(run) } }

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

  private mutating func change(_ priority: Priority, _ body: (inout Set<RunID>) -> Void) {
    version += 1
    switch priority {
    case .low: body(&low)
    case .medium: body(&medium)
    case .high: body(&high)
    }
  }
}
