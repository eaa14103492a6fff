import FleetModel
import PlanModel

/// What would start a deployment, as a numbered list: each with the exact edits or the command.
struct SuggestionText {
  let width: Int
  let palette: Palette
  let explanation: Explanation

  private var scope: NameScope { NameScope(cluster: explanation.deployment.cluster) }

  var text: String {
    let changes = explanation.suggestions
    if changes.isEmpty {
      if explanation.standing == .waits {
        return "\n" + palette.paint("Nothing that was tried would start it now.", .faint) + "\n"
      }
      return ""
    }
    let isOnlyWaiting = changes.allSatisfy { $0.kind == .wait }
    let title =
      explanation.standing == .completed
      ? "What would run it again" : isOnlyWaiting ? "What helps" : "What would start it"
    var result = "\n" + palette.paint(title, .strong) + "\n"
    for (index, suggestion) in changes.enumerated() {
      let number = "  \(index + 1). "
      result +=
        Paragraph.text(
          "\(sentence(suggestion)): \(start(suggestion))", prefix: number, indent: number.count, width: width) + "\n"
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

  /// The edits of one remedy, or its command.
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
    case .retry(let identity): ["berth apply … --retry-failed=\(identity.text)"]
    case .provideSecret(_, let words): [VisibleText.escaped(words)]
    case .repairEngine(_, let words): [VisibleText.escaped(words), "berth doctor"]
    case .apply: ["berth apply …, or berth watch …"]
    }
  }
}

extension Suggestion {
  /// What is to be done, without its details. Not yet escaped for a terminal.
  func sentence(for deployment: DeploymentIdentity, in scope: NameScope) -> String {
    // What bars it comes first; what is done beside names itself by its fields.
    let barriers = remedies.compactMap { $0.sentence(in: scope) }
    let main: String? =
      switch kind {
      case .apply: "Apply"
      case .unblock: barriers.isEmpty ? "Change what bars it" : nil
      case .bound: "Bound how long it runs"
      case .less: "Ask for less"
      case .priority: "Raise its priority"
      case .move: "Move it to another cluster"
      case .preempt: "Raise its priority, and preempt \(enumeration(bills.map { scope.name($0.victim) }))"
      case .capacity: "Raise the cluster's capacity"
      case .suspendOther: "Suspend a service"
      case .wait: "Wait"
      }
    let parts = (barriers + (main.map { [$0] } ?? [])).enumerated().map { index, part in
      index == 0 ? part : part.prefix(1).lowercased() + part.dropFirst()
    }
    return parts.joined(separator: ", and ")
  }
}

extension Remedy {
  /// What it does where that is no matter of room; nil: it is.
  fileprivate func sentence(in scope: NameScope) -> String? {
    switch self {
    case .edit(let edit):
      guard let field = edit.fields.first else { return nil }
      switch (field.path, field.new) {
      case ("spec.suspend", "false"): return "Let \(scope.name(edit.object)) run"
      case ("spec.protect", _): return "Let the change of \(scope.name(edit.object)) through"
      case ("spec.active", _): return "Make \(edit.object.path) active"
      case ("spec.organizations", _): return "Make \(edit.object.path) a member"
      case ("spec.rerun", _): return "Change its rerun"
      default: return nil
      }
    case .retry(let identity): return "Run \(scope.name(identity)) again"
    case .provideSecret: return "Make the secret available where Berth runs"
    case .repairEngine(let cluster, _): return "Get the engine of \(cluster.text) to answer"
    case .apply: return nil
    }
  }
}

extension Suggestion.Start {
  /// `it starts now`. Not yet escaped for a terminal.
  func text(in scope: NameScope, now: Instant) -> String {
    switch self {
    case .now: "it starts now"
    case .at(let instant): "it starts in \((instant - now).roughText)"
    case .once(let others, at: nil): "it starts after \(enumeration(others.map(scope.name))), whenever that is"
    case .once(let others, at: let instant?):
      "it starts after \(enumeration(others.map(scope.name))), in \((instant - now).roughText)"
    }
  }
}
