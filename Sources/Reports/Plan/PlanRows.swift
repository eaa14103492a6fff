import FleetModel
import PlanModel

/// One object in a plan: a line, and the changed fields below it.
struct PlanRow {
  var identity: ObjectIdentity
  var symbol: String
  var style: Style?
  /// Start of its next run as a short text; empty if none will begin.
  var start = ""
  var sentences: [String] = []
  /// Its change, as a position in the plan's changes, which all rows share; nil if it does not change or fields are
  /// hidden.
  private var change: (changes: [Change], position: Int)?
  /// Actions on it, in order.
  var actions: [Action.Kind] = []

  var fields: [FieldDifference] { change.map { $0.changes[$0.position].fields } ?? [] }
}

/// One cluster's part of a plan, or the part that belongs to none.
struct PlanGroup {
  /// The cluster; nil for organizations, users and clusters themselves.
  var cluster: ClusterIdentity?
  var rows: [PlanRow] = []
  /// Explanations of unknown starts, each with the number of deployments.
  var unknowns: [(why: String, count: Int)] = []
  var inheritances: [Inheritance] = []
}

extension Plan {
  /// Rows grouped by cluster, after those that belong to none. Within a cluster, in this order: objects that only
  /// change; objects that are stopped or deleted, in that order of execution; runs that start now, by identity; runs
  /// that start at a known time, by time and identity; runs with an unknown start, in queue order.
  func grouped() -> [PlanGroup] {
    let rows = OrderedPlanRows(self)
    var groups = rows.groups
    for entry in forecast?.deployments ?? [] {
      guard case .unknown(let why) = entry.start, let from = forecast?.from, why.isWorthSaying,
        rows[.deployment(entry.deployment)]?.start == "unknown"
      else { continue }
      let cluster = entry.deployment.cluster
      let text = why.text(in: NameScope(cluster: cluster), from: from)
      let known = groups[cluster]?.unknowns.firstIndex { $0.why == text }
      if let known { groups[cluster]?.unknowns[known].count += 1 } else { groups[cluster]?.unknowns.append((text, 1)) }
    }
    for inheritance in inheritances {
      let cluster = inheritance.deployment.cluster
      groups[cluster, default: PlanGroup(cluster: cluster)].inheritances.append(inheritance)
    }
    // Objects without a cluster are created in this order and deleted in the reverse.
    groups[nil]?.rows.sort { left, right in
      left.isDeletion == right.isDeletion
        ? (left.isDeletion ? left.identity > right.identity : left.identity < right.identity) : right.isDeletion
    }
    return groups.values.sorted { left, right in
      switch (left.cluster, right.cluster) {
      case (nil, _): right.cluster != nil
      case (_, nil): false
      case (let left?, let right?): left < right
      }
    }
  }
}

extension ObjectIdentity {
  /// The object's name within its cluster.
  fileprivate var lastName: String {
    if case .deployment(let identity) = self { identity.shortText } else { path }
  }

  /// The cluster of a deployment; nil for everything else.
  var cluster: ClusterIdentity? {
    if case .deployment(let identity) = self { identity.cluster } else { nil }
  }
}

extension PlanRow {
  var isDeletion: Bool { symbol == "-" }

  /// Whether it is new and suspended by its manifest.
  var isSuspended: Bool {
    identity.kind == .deployment && fields.contains { $0.path == "suspend" && $0.new == "true" }
  }

  /// Whether it has a change to show.
  var isChanged: Bool { change != nil }

  /// Hides its fields.
  mutating func hideFields() { change = nil }

  init(_ changes: [Change], _ position: Int) {
    let change = changes[position]
    identity = change.identity
    switch change.kind {
    case .create: (symbol, style) = ("+", .added)
    case .update: (symbol, style) = ("~", .changed)
    case .replace: (symbol, style) = ("-/+", .changed)
    case .delete: (symbol, style) = ("-", .removed)
    }
    if let former = change.renamedFrom, former.path != identity.path { sentences.append("renamed from \(former.path)") }
    self.change = (changes, position)
  }

  /// Creates a row for an object that is acted on but not changed.
  init(_ action: Action) {
    identity = action.identity
    switch action.kind {
    case .register: (symbol, style) = ("+", .added)
    case .update: (symbol, style) = ("~", .changed)
    case .prune: (symbol, style) = ("-", .removed)
    case .preempt: (symbol, style) = ("!", .warning)
    case .hold(.failed): (symbol, style) = ("", nil)
    case .hold: (symbol, style) = ("…", .waiting)
    case .start, .stop: (symbol, style) = ("", nil)
    }
  }

  /// Adds an action. Nothing is added that the symbol already says.
  mutating func add(_ action: Action, _ scope: NameScope, _ starts: StartTexts) {
    let isPreempted = actions.contains { kind in
      switch kind {
      case .preempt, .stop(.preempted): true
      default: false
      }
    }
    actions.append(action.kind)
    let text = starts.text(of: action)
    if !text.isEmpty { start = text }
    switch action.kind {
    case .register, .update: return
    case .prune: if symbol == "-" { return }
    // An object that is updated and preempted is shown as preempted.
    case .preempt: (symbol, style) = symbol.isEmpty || symbol == "~" ? ("!", .warning) : (symbol, style)
    // A deployment that has FAILED does not wait.
    case .hold(.failed): break
    // What is held is not deleted.
    case .hold: (symbol, style) = symbol.isEmpty || symbol == "-" ? ("…", .waiting) : (symbol, style)
    case .start, .stop: break
    }
    // The preemption is already shown here, and its bill says when the deployment restarts.
    if case .hold(.coolingDown) = action.kind, isPreempted, starts.tellsReturn(of: action) { return }
    if let sentence = action.planSentence(in: scope) { sentences.append(sentence + starts.sequel(of: action, scope)) }
    if let bill = starts.bill(of: action, scope) { sentences.append(bill) }
  }
}

extension Action {
  /// A plan's sentence about the action; nil if the start column says it all.
  fileprivate func planSentence(in scope: NameScope) -> String? {
    switch kind {
    case .start(.new): nil
    case .start(.replacement): "restarts with the change"
    case .hold(.failed): "\(text(in: scope)); --retry-failed=\(identity.lastName) retries it"
    default: text(in: scope)
    }
  }
}
