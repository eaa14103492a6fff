import ArgumentParser
import FleetModel

/// A kind of objects as people type it: singular, plural or short, in any case.
enum KindWord {
  private static let words: [(kind: ObjectKind, words: [String])] = [
    (.organization, ["organization", "organizations", "org", "orgs"]),
    (.user, ["user", "users"]),
    (.cluster, ["cluster", "clusters"]),
    (.deployment, ["deployment", "deployments", "deploy", "dep"]),
  ]

  /// The long words, for somebody who has mistyped one.
  static let known = words.flatMap { $0.words.prefix(2) }

  /// The kind that a word means; nil: none.
  static func kind(_ word: String) -> ObjectKind? {
    let word = word.lowercased()
    return words.first { $0.words.contains(word) }?.kind
  }
}

extension ObjectKind {
  /// `organizations`
  var plural: String { "\(rawValue.lowercased())s" }
}

extension ObjectIdentity {
  /// `deployment/vision/lab/train`: what commands take and `-o name` prints.
  var reference: String { "\(kind.rawValue.lowercased())/\(path)" }
}
