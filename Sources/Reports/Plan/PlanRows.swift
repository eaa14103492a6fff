import FleetModel
import PlanModel

/// What a plan says about one object: a line, and the fields below it.
struct PlanRow {
  var identity: ObjectIdentity
  var symbol: String
  var style: Style?
  /// When its next run begins, in a word; empty: none is to begin.
  var start = ""
  var sentences: [String] = []
  /// How it differs, by its place among the plan's changes, which all rows share; nil: it does not, or that is not shown.
  private var change: (changes: [Change], place: Int)?
  /// What is done to it, in order.
  var actions: [Action.Kind] = []

  var fields: [FieldDifference] { change.map { $0.changes[$0.place].fields } ?? [] }
}

/// One cluster's part of a plan, or the part that belongs to none.
struct PlanGroup {
  /// Nil: organizations, users and clusters themselves.
  var cluster: ClusterIdentity?
  var rows: [PlanRow] = []
  /// Why starts are unknown, for how many.
  var unknowns: [(why: String, count: Int)] = []
  var inheritances: [Inheritance] = []
}

extension Plan {
  /// Its rows in groups: first what belongs to no cluster, then by cluster. Within a cluster first what only changes, then
  /// what stops or goes in the order in which it does; then what starts now, by identity; then by the time of the start and
  /// identity; last what nobody knows the start of, in the order of the queue.
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
    // Objects without a cluster stand in the order of their creation, and go in the reverse.
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
  /// What it is called where it is.
  fileprivate var lastName: String {
    if case .deployment(let identity) = self { identity.name } else { path }
  }

  /// The cluster of a deployment; nil for everything else.
  var cluster: ClusterIdentity? {
    if case .deployment(let identity) = self { identity.cluster } else { nil }
  }
}

extension PlanRow {
  var isDeletion: Bool { symbol == "-" }

  /// Whether it is new and its manifest keeps it from running.
  var isSuspended: Bool {
    identity.kind == .deployment && fields.contains { $0.path == "suspend" && $0.new == "true" }
  }

  /// Whether it differs.
  var isChanged: Bool { change != nil }

  /// Its fields are not shown.
  mutating func hideFields() { change = nil }

  init(_ changes: [Change], _ place: Int) {
    let change = changes[place]
    identity = change.identity
    switch change.kind {
    case .create: (symbol, style) = ("+", .added)
    case .update: (symbol, style) = ("~", .changed)
    case .replace: (symbol, style) = ("-/+", .changed)
    case .delete: (symbol, style) = ("-", .removed)
    }
    if let former = change.renamedFrom { sentences.append("was \(former.path)") }
    self.change = (changes, place)
  }

  /// A row of something that does not differ and still is acted on.
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

  /// What is plain from the symbol goes without saying.
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
    // What is edited and stopped for another is first of all stopped.
    case .preempt: (symbol, style) = symbol.isEmpty || symbol == "~" ? ("!", .warning) : (symbol, style)
    // What has FAILED waits for nothing.
    case .hold(.failed): break
    case .hold: (symbol, style) = symbol.isEmpty ? ("…", .waiting) : (symbol, style)
    case .start, .stop: break
    }
    // What is preempted here and now says so already, and its bill when it comes back.
    if case .hold(.coolingDown) = action.kind, isPreempted, starts.tellsReturn(of: action) { return }
    if let sentence = action.planSentence(in: scope) { sentences.append(sentence + starts.sequel(of: action, scope)) }
    if let bill = starts.bill(of: action, scope) { sentences.append(bill) }
  }
}

extension Action {
  /// What a plan says beside the word for the start; nil: that word says it all.
  fileprivate func planSentence(in scope: NameScope) -> String? {
    switch kind {
    case .start(.new): nil
    case .start(.replacement): "runs with the change"
    case .hold(.failed): "\(text(in: scope)); --retry-failed=\(identity.lastName) runs it again"
    default: text(in: scope)
    }
  }
}
