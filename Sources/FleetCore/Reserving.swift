import FleetModel
import PlanModel
import Scheduling

// What does not fit, and for which no room is being freed, may keep what it lacks from those behind it.

extension Fleet {
  /// Keeps room for a deployment that does not fit, if it is one of the first. Returns the dimensions that are closed to those
  /// behind it.
  mutating func reserve(_ slot: Int) -> [Dimension] {
    let cluster = deployments[slot].cluster
    if clusters[cluster].head != nil || isHeldByServices(slot) { return [] }
    // One that lacks nothing here waits for what nothing here can be kept for.
    let kept = lackingDimensions(of: slot)
    if !kept.isEmpty { clusters[cluster].head = (slot, kept) }
    return kept
  }
}
