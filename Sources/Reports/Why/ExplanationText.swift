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
    for link in explanation.chain.dropFirst() {
      let isRoot = link == explanation.chain.last && link.reason != nil
      sheet.add(isRoot ? "Root cause" : "Because", link.text(in: scope, now: explanation.at))
    }
    sheet.add("Priority", priority(explanation, scope))
    sheet.add("Starts", start(explanation, scope))
    if let shortage = explanation.shortage { add(shortage, explanation, scope, to: &sheet) }
    return sheet
  }

  private func status(_ explanation: Explanation) -> String {
    let span = (explanation.at - (explanation.since ?? explanation.at)).humanText
    switch explanation.standing {
    case .waits, .startsNext:
      if case .suspended = explanation.reason { return explanation.status.rawValue }
      if explanation.status == .running {
        return "\(explanation.status.rawValue) as before its last change, which has waited for \(span)"
      }
      return "\(explanation.status.rawValue), has waited for \(span)"
    case .running:
      return "\(explanation.status.rawValue) for \(span)" + (explanation.ends?.phrase(now: explanation.at) ?? "")
    case .starting: return "\(explanation.status.rawValue), its run begins"
    case .completed, .failed: return explanation.status.rawValue + ending(now: explanation.at)
    case .leaving: return "\(explanation.status.rawValue), no manifest declares it any more"
    }
  }

  private func ending(now: Instant) -> String {
    guard let lastRun, let ended = lastRun.endedAt else { return "" }
    let took = lastRun.duration(now: now).map { " after \($0.humanText)" } ?? ""
    return " \((now - ended).humanText) ago\(took)"
  }

  private func why(_ explanation: Explanation, _ scope: NameScope) -> String? {
    let name = explanation.deployment.name
    switch explanation.standing {
    case .startsNext:
      let bills = explanation.suggestions.first { $0.kind == .apply }?.bills ?? []
      if bills.isEmpty { return "nothing keeps \(name) any more: the next apply starts it" }
      return "\(name) may have the room of what matters less: the next apply makes it free"
    case .running, .starting: return explanation.reason.map { "\(name) \($0.text(in: scope, now: explanation.at))" }
    case .completed: return "\(name) has done what it was to do; an unchanged job is not run again"
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
    let sentence =
      path.count == 2
      ? "\(scope.name(last.deployment)) (\(last.priority.text)) waits for it" : waits.joined(separator: ", ")
    return "\(scope.name(path[0].deployment)) (\(path[0].priority.text)) runs as \(last.priority.text): \(sentence)"
  }

  private func start(_ explanation: Explanation, _ scope: NameScope) -> String? {
    guard explanation.standing == .waits else { return nil }
    switch explanation.start {
    case .now: return "as soon as the stops are done that it waits for"
    case .at(let instant):
      return "in \((instant - explanation.at).roughText), if all ends as expected (\(instant.utcText))"
    case .unknown(.held): return "not by itself"
    case .unknown(let why): return "unknown: \(why.text(in: scope, from: explanation.at))"
    case nil: return "not by itself"
    }
  }

  // MARK: Room

  private func add(_ shortage: Shortage, _ explanation: Explanation, _ scope: NameScope, to sheet: inout Sheet) {
    if shortage.gang.count > 1 {
      let others = shortage.gang.filter { $0 != shortage.deployment }
      sheet.add("Together", "with \(enumeration(others.map(scope.name))): one starts only if all fit")
    }
    for reservation in shortage.reservations {
      let time = reservation.at.map { " from \(($0 - explanation.at).roughText) on" } ?? ""
      let dimensions = reservation.lacking.isEmpty ? "room" : enumeration(reservation.lacking.map(\.rawValue))
      sheet.add("Kept", "\(dimensions) for \(scope.name(reservation.deployment))\(time)")
    }
    if !shortage.nominated.isEmpty {
      sheet.add("Freed", "room is being freed for \(enumeration(shortage.nominated.map(scope.name)))")
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
  /// `prepare waits for fetch to complete`, `fetch runs, and ends in 20m`.
  fileprivate func text(in scope: NameScope, now: Instant) -> String {
    let name = scope.name(deployment)
    if let reason { return "\(name) \(reason.withoutHolders.text(in: scope, now: now))" }
    switch ends {
    case nil: return "\(name) is \(status.rawValue)"
    case .unknown: return "\(name) runs; nobody knows how long"
    case .never: return until == .running ? "\(name) runs, and is not ready yet" : "\(name) runs"
    case let ends?: return "\(name) runs\(ends.phrase(now: now))"
    }
  }
}

extension Explanation.ExpectedEnd {
  /// Behind a verb: `, and ends in 20m`.
  func phrase(now: Instant) -> String {
    switch self {
    case .at(let instant, false, let learned):
      ", and is expected to end in \((instant - now).roughText)\(learned.map { " (\($0.text))" } ?? "")"
    case .at(let instant, true, _): ", and ends in \((instant - now).roughText) at the latest"
    case .never: ", and goes on"
    case .unknown: "; nobody knows how long"
    case .stopping: ", and was asked to stop"
    }
  }

  /// Short text for a column: `in 20m`, `within 20m`, `never`, `unknown`, `stopping`.
  func cell(now: Instant) -> String {
    switch self {
    case .at(let instant, false, let learned):
      "in \((instant - now).roughText)\(learned.map { " (\($0.text))" } ?? "")"
    case .at(let instant, true, _): "within \((instant - now).roughText)"
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
