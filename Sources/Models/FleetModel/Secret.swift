/// Where a secret's value is to be found. The reference itself is no secret.
public enum SecretReference: Hashable, Sendable, Comparable {
  /// A variable of Berth's own environment.
  case fromEnv(String)
  /// A file inside the tree of its source: written relative to the manifest that names it, kept relative to the source's
  /// root, so that two checkouts of one commit mean the same.
  case fromFile(String)

  /// `fromEnv HF_TOKEN` or `fromFile token.txt`.
  public var text: String {
    switch self {
    case .fromEnv(let name): "fromEnv \(name)"
    case .fromFile(let path): "fromFile \(path)"
    }
  }
  /// By text.
  public static func < (left: SecretReference, right: SecretReference) -> Bool { left.text < right.text }
}

/// A text that must never be shown: no description, no reflection, no coding.
public struct SecretText: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  private let value: String

  /// Wraps a value.
  public init(_ value: String) { self.value = value }
  /// `(sensitive)`, always.
  public var description: String { "(sensitive)" }
  /// `(sensitive)`, always.
  public var debugDescription: String { "(sensitive)" }
  /// Shows nothing to `dump`.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
  /// The value itself, for the one place that hands it on: an engine's launch, or the column that is made to hold it.
  public func withValue<Result>(_ body: (String) throws -> Result) rethrows -> Result { try body(value) }
}

/// What one secret came to when it was looked up.
public enum SecretState: Hashable, Sendable {
  /// It is there; the digest is keyed by the installation's key, so that it says nothing about the value.
  case available(digest: String)
  /// It isn't, with why, without its value: `environment variable HF_TOKEN is not set`.
  case unavailable(String)
}

/// A text of a manifest that is given as it is or by reference to a secret.
public enum TextOrSecret: Hashable, Sendable {
  /// The text itself.
  case text(String)
  /// Where it is to be found.
  case secret(SecretReference)
}

/// A text that the columns of the data model hold and that is never displayed, given as it is or by reference.
public enum SensitiveValue: Hashable, Sendable {
  /// The value itself.
  case literal(SecretText)
  /// Where it is to be found.
  case reference(SecretReference)
}
