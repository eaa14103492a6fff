import FleetModel
import PlanModel

/// Explanation of a deployment's status for people: the reason, the shortage and who holds the room, and what would
/// start it.
public struct ExplanationText {
  private let width: Int?
  private let palette: Palette
  /// Last run that ended; nil if there is none or it should not be mentioned.
  private let lastRun: RunRecord?

  /// Paths to give to `berth apply`.
  private let paths: String

  /// Creates a renderer.
  /// - Parameters:
  ///   - width: width in columns; nil: nothing wraps or is cut.
  ///   - paths: arguments for `berth apply` that read the manifests of the deployment's source.
  public init(width: Int? = nil, palette: Palette = .plain, lastRun: RunRecord? = nil, paths: String = "…") {
    self.paths = paths
    self.width = width
    self.palette = palette
    self.lastRun = lastRun
  }

  /// The whole explanation, each line with its line break.
  public func text(_ explanation: Explanation) -> String {
    sheet(explanation).text(width: width, palette: palette)
      + SuggestionText(width: width ?? .max, palette: palette, explanation: explanation, paths: paths).text
  }

  private func sheet(_ explanation: Explanation) -> Sheet {
    let scope = NameScope(cluster: explanation.deployment.cluster)
    var sheet = Sheet("Deployment \(explanation.deployment.text)")
    sheet.add("Status", status(explanation), explanation.status.style)
    sheet.add("Why", why(explanation, scope))
    let chain = Abridgement(Array(explanation.chain.dropFirst()), ends: 10)
    func addLink(_ link: Explanation.ChainLink) {
      let isRoot = link == explanation.chain.last && link.reason != nil
      sheet.add(isRoot ? "Root cause" : "Because", link.text(in: scope, now: explanation.at))
    }
    chain.first.forEach(addLink)
    if chain.omitted > 0 { sheet.add("", "… \(chain.omitted) more, each waiting for the next") }
    chain.last.forEach(addLink)
    sheet.add("Priority", priority(explanation, scope))
    sheet.add("Starts", start(explanation, scope))
    if let shortage = explanation.shortage { add(shortage, explanation, scope, to: &sheet) }
    return sheet
  }

  private func status(_ explanation: Explanation) -> String {
    let span = (explanation.at - (explanation.since ?? explanation.at)).humanText
    switch explanation.state {
    case .waits, .startsNext:
      if case .suspended = explanation.reason { return explanation.status.rawValue }
      if explanation.status == .running {
        return "\(explanation.status.rawValue) with its previous spec; the change has waited for \(span)"
      }
      return "\(explanation.status.rawValue) for \(span)"
    case .running:
      return "\(explanation.status.rawValue) for \(span)" + (explanation.ends?.phrase(now: explanation.at) ?? "")
    case .starting: return "\(explanation.status.rawValue), starting"
    case .completed, .failed: return explanation.status.rawValue + ending(now: explanation.at)
    case .leaving: return "\(explanation.status.rawValue), no longer declared"
    }
  }

  private func ending(now: Instant) -> String {
    guard let lastRun, let ended = lastRun.endedAt else { return "" }
    let took = lastRun.duration(now: now).map { " after \($0.humanText)" } ?? ""
    return " \((now - ended).humanText) ago\(took)"
  }

  private func why(_ explanation: Explanation, _ scope: NameScope) -> String? {
    let name = explanation.deployment.name
    switch explanation.state {
    case .startsNext:
      let bills = explanation.suggestions.first { $0.kind == .apply }?.bills ?? []
      let starter = StartsNextText.starter(isWatched: explanation.isWatched)
      if bills.isEmpty { return "\(name) \(StartsNextText.text(isWatched: explanation.isWatched))" }
      return "\(name) can start in place of runs of lower priority; \(starter)"
    case .running, .starting: return explanation.reason.map { "\(name) \($0.text(in: scope, now: explanation.at))" }
    case .completed: return "\(name) has completed; unchanged jobs are not run again"
    case .waits, .failed, .leaving:
      // Holders have a table of their own.
      let reason =
        explanation.shortage?.deployment == explanation.deployment
        ? explanation.reason?.withoutHolders : explanation.reason
      return reason.map { "\(name) \($0.text(in: scope, now: explanation.at, outcome: lastRun?.outcome))" }
    }
  }

  private func priority(_ explanation: Explanation, _ scope: NameScope) -> String {
    guard let last = explanation.inheritance.last, explanation.inheritance.count > 1 else {
      return explanation.priority.text
    }
    let path = explanation.inheritance
    let waits = zip(path.dropFirst(), path).reversed().map { waiter, other in
      "\(scope.name(waiter.deployment)) (\(waiter.priority.text)) waits for \(scope.name(other.deployment))"
    }
    let inherited =
      "\(scope.name(path[0].deployment)) (\(path[0].priority.text)) inherits \(last.priority.text) priority from "
      + scope.name(last.deployment)
    return inherited
      + (path.count == 2 ? ", which waits for it" : ": " + Abridgement(waits, ends: 10).words.joined(separator: ", "))
  }

  private func start(_ explanation: Explanation, _ scope: NameScope) -> String? {
    guard explanation.state == .waits else { return nil }
    switch explanation.start {
    case .now: return "as soon as the runs that it waits for have stopped"
    case .at(let instant):
      return "in \((instant - explanation.at).roughText) if runs end as expected (\(instant.utcText))"
        + (explanation.promise.map { ", at the latest in \(($0 - explanation.at).roughText)" } ?? "")
        + (explanation.isWatched ? "" : "; nothing watches, so berth apply must run then")
    case .unknown(.held): return "not by itself"
    case .unknown(let why): return "unknown: \(why.text(in: scope, from: explanation.at))"
    case nil: return "not by itself"
    }
  }

  // MARK: Room

  private func add(_ shortage: Shortage, _ explanation: Explanation, _ scope: NameScope, to sheet: inout Sheet) {
    if shortage.gang.count > 1 {
      let others = shortage.gang.filter { $0 != shortage.deployment }
      sheet.add("Together", "with \(enumeration(others.map(scope.name))): they start only if all fit")
    }
    for reservation in shortage.reservations {
      let time = reservation.at.map { " in \(($0 - explanation.at).roughText)" } ?? ""
      let dimensions = reservation.lacking.isEmpty ? "room" : enumeration(reservation.lacking.map(\.noun))
      sheet.add("Reserved", "\(dimensions) for \(scope.name(reservation.deployment))\(time)")
    }
    if !shortage.nominated.isEmpty {
      sheet.add("Being freed for", enumeration(shortage.nominated.map(scope.name)))
    }
    let owner = shortage.deployment == explanation.deployment ? "" : " of \(scope.name(shortage.deployment))"
    sheet.add("Needs\(owner), on \(shortage.deployment.cluster.text)", shortage.needsTable)
    let short = shortage.shortDimensions
    if !shortage.holders.isEmpty {
      sheet.add("Held by", shortage.holdersTable(short, scope, now: explanation.at))
    }
    if !shortage.ahead.isEmpty {
      sheet.add("Ahead in the queue", shortage.aheadTable(short, scope, now: explanation.at))
    }
  }
}

extension Explanation.ChainLink {
  /// A link as a sentence: `prepare waits for fetch to complete`, `fetch is running, ends within 20m`.
  fileprivate func text(in scope: NameScope, now: Instant) -> String {
    let name = scope.name(deployment)
    if let reason { return "\(name) \(reason.withoutHolders.text(in: scope, now: now))" }
    switch ends {
    case nil: return "\(name) is \(status.rawValue)"
    case .unknown: return "\(name) is running, end time unknown"
    case .never: return until == .running ? "\(name) is running but not ready yet" : "\(name) is running"
    case let ends?: return "\(name) is running\(ends.phrase(now: now))"
    }
  }
}

extension Explanation.ExpectedEnd {
  /// Words after `is running`: `, ends within 20m`.
  func phrase(now: Instant) -> String {
    switch self {
    case .at(let instant, false, let learned, let latest):
      ", expected to end in \((instant - now).roughText)\(learned.map { " (\($0.text))" } ?? "")"
        + (latest.map { ", within \(($0 - now).roughText) at the latest" } ?? "")
    case .at(let instant, true, _, _): ", ends within \((instant - now).roughText)"
    case .never: ""
    case .unknown: ", end time unknown"
    case .stopping: ", stopping"
    }
  }

  /// Short text for a column: `in 20m`, `within 20m`, `never`, `unknown`, `stopping`.
  func cell(now: Instant) -> String {
    switch self {
    case .at(let instant, false, let learned, let latest):
      "in \((instant - now).roughText)\(learned.map { " (\($0.text))" } ?? "")"
        + (latest.map { ", within \(($0 - now).roughText)" } ?? "")
    case .at(let instant, true, _, _): "within \((instant - now).roughText)"
    case .never: "never"
    case .unknown: "unknown"
    case .stopping: "stopping"
    }
  }
}

extension Reason {
  /// The same reason without the holders of what is short.
  var withoutHolders: Reason {
    func bare(_ shortfalls: [Shortfall]) -> [Shortfall] {
      shortfalls.map {
        Shortfall(dimension: $0.dimension, requested: $0.requested, available: $0.available, total: $0.total)
      }
    }
    return switch self {
    case .neverFits(let shortfalls): .neverFits(bare(shortfalls))
    case .overcommitted(let shortfalls): .overcommitted(bare(shortfalls))
    case .heldByServices(let shortfalls): .heldByServices(bare(shortfalls))
    case .insufficientCapacity(let shortfalls): .insufficientCapacity(bare(shortfalls))
    default: self
    }
  }
}
