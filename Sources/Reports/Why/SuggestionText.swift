import FleetModel
import PlanModel

/// Suggestions that would start a deployment, as a numbered list with exact edits or commands.
struct SuggestionText {
  let width: Int
  let palette: Palette
  let explanation: Explanation
  /// Paths to give to `berth apply`.
  let paths: String

  private var scope: NameScope { NameScope(cluster: explanation.deployment.cluster) }

  var text: String {
    let changes = explanation.suggestions
    if changes.isEmpty {
      if explanation.state == .waits {
        return "\n" + palette.paint("No change that was tried would start it now.", .faint) + "\n"
      }
      return ""
    }
    let isOnlyWaiting = changes.allSatisfy { $0.kind == .wait }
    let title =
      explanation.state == .completed
      ? "What would run it again" : isOnlyWaiting ? "What helps" : "What would start it"
    var result = "\n" + palette.paint(title, .strong) + "\n"
    for (index, suggestion) in changes.enumerated() {
      let number = "  \(index + 1). "
      result +=
        Paragraph.text(
          "\(sentence(suggestion)): \(start(suggestion))\(suggestion.caution(in: explanation))", prefix: number,
          indent: number.count, width: width) + "\n"
      for line in suggestion.remedies.flatMap(lines) {
        result += Paragraph.text(line, prefix: "     ", indent: 9, width: width) + "\n"
      }
      for bill in suggestion.bills {
        let line = "preempts \(scope.name(bill.victim)): \(bill.text(in: scope, from: explanation.at))"
        result +=
          palette.paint(
            Paragraph.text(VisibleText.escaped(line), prefix: "     ! ", indent: 9, width: width), .removed) + "\n"
      }
    }
    return result
  }

  private func sentence(_ suggestion: Suggestion) -> String {
    suggestion.sentence(for: explanation.deployment, in: scope)
  }

  private func start(_ suggestion: Suggestion) -> String { suggestion.start.text(in: scope, now: explanation.at) }

  /// Edits of a remedy, or its command.
  private func lines(_ remedy: Remedy) -> [String] {
    switch remedy {
    case .edit(let edit):
      edit.fields.map { field in
        let old = field.old.map(VisibleText.escaped) ?? "(not set)"
        let new = field.new.map(VisibleText.escaped) ?? "(not set)"
        let place = field.place.map { palette.paint(" in \(VisibleText.escaped($0.file)):\($0.line)", .faint) } ?? ""
        return "\(VisibleText.escaped(scope.name(edit.object))): \(field.path) "
          + "\(palette.paint(old, .removed)) → \(palette.paint(new, .added))\(place)"
      }
    case .retry(let identity): ["berth apply \(VisibleText.escaped(paths)) --retry-failed=\(identity.text)"]
    case .provideSecret(_, let words): [VisibleText.escaped(words)]
    case .repairEngine(_, let words): [VisibleText.escaped(words), "berth doctor"]
    case .apply: ["berth apply \(VisibleText.escaped(paths))"]
    }
  }
}

extension Suggestion {
  /// The suggestion without its details. Not yet escaped for a terminal.
  func sentence(for deployment: DeploymentIdentity, in scope: NameScope) -> String {
    // Barriers come first; edits name their own fields.
    let barriers = remedies.flatMap { $0.sentences(in: scope) }
    let main: String? =
      switch kind {
      case .apply: "Apply"
      case .unblock: barriers.isEmpty ? "Remove what blocks it" : nil
      case .more: "Request more memory"
      case .bound: "Set maxRuntime for \(subject(of: "maxRuntime", deployment, scope))"
      case .less: "Request less\(subject(of: "resources.", deployment, scope, " for "))"
      case .sooner where !raisesPriority: nil
      case .priority, .sooner: "Raise \(owner(of: "priority", deployment, scope)) priority"
      case .move: "Move \(subject(of: "cluster", deployment, scope)) to another cluster"
      case .preempt:
        "Raise \(owner(of: "priority", deployment, scope)) priority, and preempt "
          + enumeration(bills.map { scope.name($0.victim) })
      case .capacity:
        (raisesPriority ? "Raise \(owner(of: "priority", deployment, scope)) priority and " : "Raise ")
          + "the cluster's capacity"
      case .suspendOther: "Suspend a service"
      case .wait: "Wait"
      }
    let parts = (barriers + (main.map { [$0] } ?? [])).enumerated().map { index, part in
      index == 0 ? part : part.prefix(1).lowercased() + part.dropFirst()
    }
    guard let last = parts.last, parts.count > 1 else { return parts.joined() }
    return parts.count == 2
      ? parts.joined(separator: ", and ") : parts.dropLast().joined(separator: ", ") + ", and " + last
  }
}

extension Suggestion {
  /// Returns a clause to follow the suggestion if something speaks against it: after a run that needed more memory than it requests, the same again
  /// helps only if it needs less. Empty if nothing does.
  func caution(in explanation: Explanation) -> String {
    let isSameAgain = remedies.contains { if case .retry(explanation.deployment) = $0 { true } else { false } }
    guard explanation.lastOutcome == .ramExceeded, isSameAgain else { return "" }
    return ", and is stopped again if it still needs more memory than it requests"
  }

  private var raisesPriority: Bool {
    remedies.contains { remedy in
      if case .edit(let edit) = remedy { edit.fields.contains { $0.path == "spec.priority" } } else { false }
    }
  }

  /// The deployment whose field is edited, if it is not the one that was asked about.
  private func other(_ field: String, _ deployment: DeploymentIdentity) -> DeploymentIdentity? {
    for case .edit(let edit) in remedies where edit.fields.contains(where: { $0.path.hasPrefix("spec.\(field)") }) {
      if case .deployment(let identity) = edit.object, identity != deployment { return identity }
    }
    return nil
  }

  /// `it`, or the other deployment's name after a word that only a name needs.
  private func subject(
    of field: String, _ deployment: DeploymentIdentity, _ scope: NameScope, _ before: String? = nil
  ) -> String {
    guard let other = other(field, deployment) else { return before == nil ? "it" : "" }
    return (before ?? "") + scope.name(other)
  }

  private func owner(of field: String, _ deployment: DeploymentIdentity, _ scope: NameScope) -> String {
    other(field, deployment).map { "\(scope.name($0))'s" } ?? "its"
  }
}

extension Remedy {
  /// Effects of the remedy that do not concern room.
  fileprivate func sentences(in scope: NameScope) -> [String] {
    switch self {
    case .edit(let edit):
      return edit.fields.compactMap { field in
        switch (field.path, field.new) {
        case ("spec.suspend", "false"): "Let \(scope.name(edit.object)) run"
        case ("spec.protect", _): "Allow the change of \(scope.name(edit.object))"
        case ("spec.active", _): "Make \(edit.object.path) active"
        case ("spec.organizations", _): "Make \(edit.object.path) a member"
        case ("spec.rerun", _): "Change its rerun"
        default: nil
        }
      }
    case .retry(let identity): return ["Run \(scope.name(identity)) again"]
    case .provideSecret: return ["Provide the secret where Berth runs"]
    case .repairEngine(let cluster, _): return ["Repair the engine of \(cluster.text)"]
    case .apply: return []
    }
  }
}

extension Suggestion.Start {
  /// `it starts now`. Not yet escaped for a terminal.
  func text(in scope: NameScope, now: Instant) -> String {
    switch self {
    case .now: "it starts now"
    case .at(let instant): "it starts in \((instant - now).roughText)"
    case .once(let others, at: nil): "it starts after \(enumeration(others.map(scope.name))); start time unknown"
    case .once(let others, at: let instant?):
      "it starts after \(enumeration(others.map(scope.name))), in \((instant - now).roughText)"
    }
  }
}
