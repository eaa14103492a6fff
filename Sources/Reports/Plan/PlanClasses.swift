import FleetModel
import PlanModel

/// Rows of a long plan that say the same about several objects, shown as one row.
struct PlanClass {
  /// The rows; the first represents all in what they share.
  var rows: [PlanRow]

  /// Largest number of rows that are still shown one by one; a single row for them would save nothing.
  static let few = 3

  /// Groups rows into classes, ordered by the first row of each.
  ///
  /// - Parameter isCoarse: whether rows whose fields or reasons differ may share a class.
  static func classes(of rows: [PlanRow], isCoarse: Bool) -> [PlanClass] {
    var positions: [String: Int] = [:]
    var classes: [PlanClass] = []
    for row in rows {
      let key = key(of: row, isCoarse: isCoarse)
      if let position = positions[key] {
        classes[position].rows.append(row)
      } else {
        positions[key] = classes.count
        classes.append(PlanClass(rows: [row]))
      }
    }
    return classes
  }

  private static func key(of row: PlanRow, isCoarse: Bool) -> String {
    var parts = [row.symbol, row.identity.kind.rawValue]
    parts += row.actions.map { kind in
      if case .hold(let reason) = kind { return isCoarse ? "hold" : reason.code }
      return Action(kind, row.identity).code
    }
    if row.symbol == "+", row.isSuspended { parts.append("suspended") }
    if !isCoarse, row.symbol != "+" { parts += row.fields.map(\.path).sorted() }
    return parts.joined(separator: "\n")
  }

  /// Number and kind of the objects: `1200 deployments`.
  var title: String { counted(rows.count, rows[0].identity.kind.rawValue.lowercased()) }

  /// One row for all: what they share, and the first and last of their names.
  var row: PlanRow {
    var row = rows[0]
    let haveSame = { (value: (PlanRow) -> Bool) in rows.allSatisfy(value) }
    if !haveSame({ $0.start == row.start }) { row.start = "" }
    row.sentences = sentences
    if row.symbol == "+" {
      let kind = row.identity.kind
      let pieces = NewObjectText.pieces(kind, row.fields)
      if !haveSame({ NewObjectText.pieces(kind, $0.fields) == pieces }) {
        if row.isSuspended { row.sentences.append("suspended") }
        row.hideFields()
      }
    } else if !haveSame({ $0.fields == row.fields }) {
      let paths = row.fields.map(\.path)
      let isShared = haveSame { $0.fields.map(\.path) == paths }
      row.sentences.append("different values of " + (isShared ? enumeration(paths) : "several fields"))
      row.hideFields()
    }
    row.sentences.append(names)
    return row
  }

  /// Sentences about all rows, as specific as they have in common.
  private var sentences: [String] {
    for isExact in [true, false] {
      let words = { (row: PlanRow) in row.actions.compactMap { $0.words(of: row.identity, isExact: isExact) } }
      let first = words(rows[0])
      if rows.allSatisfy({ words($0) == first }) { return first }
    }
    return ["for several reasons"]
  }

  /// The first names and the last: `job-1, job-2, job-3 … job-1200`.
  private var names: String {
    let names = rows.map { row in
      if case .deployment(let identity) = row.identity { identity.shortText } else { row.identity.path }
    }
    return names.prefix(Self.few).joined(separator: ", ") + " … " + names[names.count - 1]
  }
}

extension Action.Kind {
  /// Words about several objects; nil if the symbol and the start already say it.
  fileprivate func words(of identity: ObjectIdentity, isExact: Bool) -> String? {
    switch self {
    case .register, .update, .prune: nil
    case .start(let cause): cause.textForSeveral
    case .stop(let cause): "stop: \(cause.text)"
    case .preempt(let other): isExact ? "are preempted for \(NameScope(of: identity).name(other))" : "are preempted"
    case .hold(let reason):
      isExact ? reason.exactWordsForSeveral(in: NameScope(of: identity)) : reason.wordsForSeveral
    }
  }
}

extension Reason {
  /// Predicate of `1200 deployments`, including the names and amounts of the reason.
  fileprivate func exactWordsForSeveral(in scope: NameScope) -> String {
    switch self {
    case .dependencyFailed(let other): "wait for \(scope.name(other)), which has FAILED"
    case .waitsForDependency(let other, .completed): "wait for \(scope.name(other)) to complete"
    case .waitsForDependency(let other, .running): "wait for \(scope.name(other)) to be ready"
    case .secretUnavailable(let message): "wait for a secret: \(message)"
    case .clusterUnknown(let words): "wait: the engine of their cluster is unavailable: \(words)"
    case .behindReservation(let head, let dimensions):
      "are queued behind \(scope.name(head)), which has \(enumeration(dimensions.map(\.noun))) reserved"
    default: wordsForSeveral
    }
  }

  /// Predicate of `1200 deployments`, without names and amounts.
  fileprivate var wordsForSeveral: String {
    switch self {
    case .suspended: "are suspended by their manifests"
    case .protected: "are held: their manifests say protect: true"
    case .ownerInactive: "wait: their users are not active"
    case .ownerNotMember: "wait: their users are not members of the organization"
    case .neverFits: "never fit: they need more than the cluster has"
    case .dependencyFailed: "wait for dependencies that have FAILED"
    case .waitsForDependency(_, .completed): "wait for dependencies to complete"
    case .waitsForDependency(_, .running): "wait for dependencies to be ready"
    case .secretUnavailable: "wait for secrets"
    case .clusterUnknown: "wait: the engine of their cluster is unavailable"
    case .overcommitted: "wait: their cluster is overcommitted"
    case .backingOff: "back off after failures"
    case .heldByServices: "are blocked by services"
    case .runsStopping: "wait for runs to stop"
    case .coolingDown: "were preempted and restart later"
    case .behindReservation: "are queued behind a reservation"
    case .insufficientCapacity(let shortfalls):
      "wait for " + enumeration(shortfalls.map(\.dimension.noun))
    case .waitsOnEngine: "are queued by their engine"
    case .dependantsRemain: "are deleted once their dependents are gone"
    case .failed: "have FAILED; --retry-failed retries them"
    }
  }
}
