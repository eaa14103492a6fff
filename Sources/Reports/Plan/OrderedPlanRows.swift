import FleetModel
import PlanModel

/// Rank of a row within its part of a plan.
private struct RowRank: Comparable {
  var rank: Int
  /// Position of the change or the action in the plan: order of execution, or order of the queue.
  var position: Int
  /// Time at which its run begins.
  var at = Instant(nanoseconds: 0)

  /// Rank of runs that start now.
  static let starting = 2
  /// Rank of runs that start at a known time.
  static let foreseen = 3

  static func < (left: RowRank, right: RowRank) -> Bool {
    (left.rank, left.at, left.position) < (right.rank, right.at, right.position)
  }
}

/// A row for each object of a plan, and their order.
struct OrderedPlanRows {
  private var rows: [PlanRow] = []
  private var order: [RowRank] = []
  /// Index of each object's row.
  private var rowIndices: [ObjectIdentity: Int] = [:]

  init(_ plan: Plan) {
    rowIndices.reserveCapacity(plan.changes.count)
    rows.reserveCapacity(plan.changes.count)
    order.reserveCapacity(plan.changes.count)
    for (position, change) in plan.changes.enumerated() {
      if let index = rowIndices.updateValue(rows.count, forKey: change.identity) {
        rowIndices[change.identity] = index
        rows[index] = PlanRow(plan.changes, position)
        order[index] = RowRank(rank: 0, position: position)
      } else {
        rows.append(PlanRow(plan.changes, position))
        order.append(RowRank(rank: 0, position: position))
      }
    }
    let starts = StartTexts(plan)
    for (position, action) in plan.forecastActions.enumerated() { add(action, position, starts) }
  }

  /// The row of an object.
  subscript(identity: ObjectIdentity) -> PlanRow? { rowIndices[identity].map { rows[$0] } }

  private mutating func add(_ action: Action, _ position: Int, _ starts: StartTexts) {
    var index = rows.count
    if let known = rowIndices[action.identity] {
      index = known
    } else {
      rowIndices[action.identity] = index
      rows.append(PlanRow(action))
      order.append(RowRank(rank: 0, position: position))
    }
    rows[index].add(action, NameScope(of: action.identity), starts)
    switch action.kind {
    case .register, .update: break
    case .stop, .preempt, .prune: order[index] = RowRank(rank: 1, position: position)
    case .start, .hold:
      let start = starts.rank(of: action)
      let rank = RowRank.starting + start.rank
      order[index] = RowRank(rank: rank, position: rank > RowRank.foreseen ? position : 0, at: start.at)
    }
  }

  /// Rows grouped by cluster, in order.
  var groups: [ClusterIdentity?: PlanGroup] {
    var groups: [ClusterIdentity?: PlanGroup] = [:]
    let sorted = rows.indices.sorted { left, right in
      if order[left] != order[right] { return order[left] < order[right] }
      return rows[left].identity == rows[right].identity ? left < right : rows[left].identity < rows[right].identity
    }
    // Consecutive rows are usually on the same cluster.
    var last = PlanGroup(cluster: nil)
    for index in sorted {
      let cluster = rows[index].identity.cluster
      if last.cluster != cluster {
        if !last.rows.isEmpty { groups[last.cluster] = last }
        last = groups.removeValue(forKey: cluster) ?? PlanGroup(cluster: cluster)
      }
      last.rows.append(rows[index])
    }
    if !last.rows.isEmpty { groups[last.cluster] = last }
    return groups
  }
}
