import FleetModel

extension Plan {
  /// Whether it does what another plan shows that was made before it. A pause that begins with what the plans do, such as the
  /// cool-down of a victim, begins and ends that much later in the later one.
  public func does(whatIsShownBy shown: Plan) -> Bool {
    changes == shown.changes && actions.count == shown.actions.count
      && zip(actions, shown.actions).allSatisfy { isSame($0, shown, $1) }
  }

  private func isSame(_ own: Action, _ shown: Plan, _ other: Action) -> Bool {
    if own == other { return true }
    guard let elapsed = asOf.flatMap({ now in shown.asOf.map { now - $0 } }) else { return false }
    var moved = other
    switch other.kind {
    case .hold(.coolingDown(let until, let preemptor)):
      moved.kind = .hold(.coolingDown(until: until + elapsed, preemptor: preemptor))
    case .hold(.backingOff(let until)): moved.kind = .hold(.backingOff(until: until + elapsed))
    default: return false
    }
    return own == moved
  }
}
