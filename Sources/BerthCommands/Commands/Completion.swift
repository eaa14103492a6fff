import ArgumentParser
import FleetModel
import StateStore

/// Candidates for shell completion, read from the recorded state. Errors give no candidates and no message, because
/// they would be printed into the prompt.
enum Completion {
  /// Largest number of candidates; longer lists help nobody.
  private static let most = 500

  /// Completes deployments.
  static let deployments = CompletionKind.custom { words, _, prefix in
    found(words) { try deployments($0, prefix) }
  }

  /// Completes any object: deployments, and other objects with their kind.
  static let objects = CompletionKind.custom { words, _, prefix in
    found(words) { store in
      let others = try [ObjectKind.cluster, .user, .organization].flatMap { kind in
        try ObjectSearch(store: store).identities(of: kind).map(\.reference)
      }
      return try deployments(store, prefix) + others
    }
  }

  /// Completes arguments of `get`: kinds and objects.
  static let kindsAndObjects = CompletionKind.custom { words, _, prefix in
    ObjectKind.allCases.map(\.plural) + ["all"] + found(words) { try deployments($0, prefix) }
  }

  /// Completes clusters.
  static let clusters = CompletionKind.custom { words, _, _ in
    found(words) { try $0.clusters().map(\.identity.text) }
  }

  /// Completes organizations.
  static let organizations = CompletionKind.custom { words, _, _ in
    found(words) { try $0.organizations().map(\.name) }
  }

  /// Deployments by identity, and by name if a name is being typed.
  private static func deployments(_ store: StateStore, _ prefix: String) throws -> [String] {
    let found = try store.deploymentIdentities(beginningWith: prefix, limit: most)
    // Text without a slash may begin a name; with a slash or when empty it begins an identity.
    let names = prefix.isEmpty || prefix.contains("/") ? [] : found.map(\.name).filter { $0.hasPrefix(prefix) }
    return found.map(\.text) + Set(names).sorted()
  }

  private static func found(_ words: [String], _ list: (StateStore) throws -> [String]) -> [String] {
    do {
      return try list(StateStore.open(path: try state(words), mode: .readOnly))
    } catch {
      return []
    }
  }

  /// Path of the state that the rest of the command line selects.
  static func state(_ words: [String]) throws -> String {
    var options = StateOptions()
    options.state = nil
    for (index, word) in words.enumerated() {
      if word == "--state", index + 1 < words.count { options.state = words[index + 1] }
      if word.hasPrefix("--state=") { options.state = String(word.dropFirst(8)) }
    }
    return try options.place().path
  }

  /// Whether the command line asks for output that a shell reads, which is printed unchanged.
  static func isAskedFor(_ arguments: [String]) -> Bool {
    arguments.first == "---completion" || arguments.contains { $0.hasPrefix("--generate-completion-script") }
  }
}
