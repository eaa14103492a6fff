import ArgumentParser
import FleetModel
import StateStore

/// What a shell offers at a place of the command line, from the recorded state. Whatever goes wrong, nothing is offered and
/// nothing is said: the prompt is no place for errors.
enum Completion {
  /// A list that is longer helps nobody.
  private static let most = 500

  /// Deployments.
  static let deployments = CompletionKind.custom { words, _, prefix in
    found(words) { try deployments($0, prefix) }
  }

  /// Any object: deployments, and the others with their kind before them.
  static let objects = CompletionKind.custom { words, _, prefix in
    found(words) { store in
      let others = try [ObjectKind.cluster, .user, .organization].flatMap { kind in
        try ObjectSearch(store: store).identities(of: kind).map(\.reference)
      }
      return try deployments(store, prefix) + others
    }
  }

  /// What `get` takes: kinds, and objects.
  static let kindsAndObjects = CompletionKind.custom { words, _, prefix in
    ObjectKind.allCases.map(\.plural) + ["all"] + found(words) { try deployments($0, prefix) }
  }

  /// Clusters.
  static let clusters = CompletionKind.custom { words, _, _ in
    found(words) { try $0.clusters().map(\.identity.text) }
  }

  /// Organizations.
  static let organizations = CompletionKind.custom { words, _, _ in
    found(words) { try $0.organizations().map(\.name) }
  }

  /// By identity, or by name where that is what is being typed.
  private static func deployments(_ store: StateStore, _ prefix: String) throws -> [String] {
    let found = try store.deploymentIdentities(beginningWith: prefix, limit: most)
    // Without a slash the own name may be meant; with one, or with nothing yet, the whole identity.
    let names = prefix.isEmpty || prefix.contains("/") ? [] : found.map(\.name).filter { $0.hasPrefix(prefix) }
    return found.map(\.text) + Set(names).sorted()
  }

  private static func found(_ words: [String], _ list: (StateStore) throws -> [String]) -> [String] {
    do {
      return try list(StateStore.open(path: state(words), mode: .readOnly))
    } catch {
      return []
    }
  }

  /// The state that the rest of the command line names.
  static func state(_ words: [String]) -> String {
    var options = StateOptions()
    options.state = nil
    for (index, word) in words.enumerated() {
      if word == "--state", index + 1 < words.count { options.state = words[index + 1] }
      if word.hasPrefix("--state=") { options.state = String(word.dropFirst(8)) }
    }
    return options.path
  }

  /// Whether the command line asks for something that a shell is to read: it is printed as it is.
  static func isAskedFor(_ arguments: [String]) -> Bool {
    arguments.first == "---completion" || arguments.contains { $0.hasPrefix("--generate-completion-script") }
  }
}
