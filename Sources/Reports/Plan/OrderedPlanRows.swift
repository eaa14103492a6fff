import FleetModel
import PlanModel

/// Sort key of a row within its part of a plan.
private struct RowPlace: Comparable {
  var rank: Int
  /// Position of the change or the action in the plan: order of execution, or order of the queue.
  var position: Int
  /// Time at which its run begins.
  var at = Instant(nanoseconds: 0)

  /// Rank of runs that start now.
  static let starting = 2
  /// Rank of runs that start at a known time.
  static let foreseen = 3

  static func < (left: RowPlace, right: RowPlace) -> Bool {
    (left.rank, left.at, left.position) < (right.rank, right.at, right.position)
  }
}

/// A row for each object of a plan, and their order.
struct OrderedPlanRows {
  private var rows: [PlanRow] = []
  private var order: [RowPlace] = []
  /// Index of each object's row.
  private var places: [ObjectIdentity: Int] = [:]

  init(_ plan: Plan) {
    places.reserveCapacity(plan.changes.count)
    rows.reserveCapacity(plan.changes.count)
    order.reserveCapacity(plan.changes.count)
    for (position, change) in plan.changes.enumerated() {
      if let place = places.updateValue(rows.count, forKey: change.identity) {
        places[change.identity] = place
        rows[place] = PlanRow(plan.changes, position)
        order[place] = RowPlace(rank: 0, position: position)
      } else {
        rows.append(PlanRow(plan.changes, position))
        order.append(RowPlace(rank: 0, position: position))
      }
    }
    let starts = StartTexts(plan)
    for (position, action) in plan.actionsAsForeseen.enumerated() { add(action, position, starts) }
  }

  /// The row of an object.
  subscript(identity: ObjectIdentity) -> PlanRow? { places[identity].map { rows[$0] } }

  private mutating func add(_ action: Action, _ position: Int, _ starts: StartTexts) {
    var place = rows.count
    if let known = places[action.identity] {
      place = known
    } else {
      places[action.identity] = place
      rows.append(PlanRow(action))
      order.append(RowPlace(rank: 0, position: position))
    }
    rows[place].add(action, NameScope(of: action.identity), starts)
    switch action.kind {
    case .register, .update: break
    case .stop, .preempt, .prune: order[place] = RowPlace(rank: 1, position: position)
    case .start, .hold:
      let start = starts.place(of: action)
      let rank = RowPlace.starting + start.rank
      order[place] = RowPlace(rank: rank, position: rank > RowPlace.foreseen ? position : 0, at: start.at)
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
    for place in sorted {
      let cluster = rows[place].identity.cluster
      if last.cluster != cluster {
        if !last.rows.isEmpty { groups[last.cluster] = last }
        last = groups.removeValue(forKey: cluster) ?? PlanGroup(cluster: cluster)
      }
      last.rows.append(rows[place])
    }
    if !last.rows.isEmpty { groups[last.cluster] = last }
    return groups
  }
}
