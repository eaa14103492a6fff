import ArgumentParser
import FleetModel

/// Words for kinds of objects: singular, plural or short, in any case.
enum KindWord {
  private static let words: [(kind: ObjectKind, words: [String])] = [
    (.organization, ["organization", "organizations", "org", "orgs"]),
    (.user, ["user", "users"]),
    (.cluster, ["cluster", "clusters"]),
    (.deployment, ["deployment", "deployments", "deploy", "dep"]),
  ]

  /// Long words, for hints about typing mistakes.
  static let known = words.flatMap { $0.words.prefix(2) }

  /// The kind of a word; nil if it is none.
  static func kind(_ word: String) -> ObjectKind? {
    let word = word.lowercased()
    return words.first { $0.words.contains(word) }?.kind
  }
}

extension ObjectKind {
  /// Plural in lower case: `organizations`.
  var plural: String { "\(rawValue.lowercased())s" }
}
