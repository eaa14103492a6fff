/// Reference to a secret's value. The reference itself is no secret.
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
  /// Orders references by their text.
  public static func < (left: SecretReference, right: SecretReference) -> Bool { left.text < right.text }
}

/// A string that must never be shown: no description, no reflection, no coding.
public struct SecretText: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  private let value: String

  /// Wraps a value.
  public init(_ value: String) { self.value = value }
  /// The word `(sensitive)`, always.
  public var description: String { "(sensitive)" }
  /// The word `(sensitive)`, always.
  public var debugDescription: String { "(sensitive)" }
  /// An empty mirror, so that `dump` shows nothing.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
  /// Calls `body` with the value, for the one place that passes it on: an engine's launch, or the column that stores it.
  public func withValue<Result>(_ body: (String) throws -> Result) rethrows -> Result { try body(value) }
}

/// Result of resolving a secret.
public enum SecretState: Hashable, Sendable {
  /// The secret is available; the digest is keyed by the installation's key, so that it says nothing about the value.
  case available(digest: String)
  /// The secret is not available, with the reason, which never contains the value: `environment variable HF_TOKEN is not
  /// set`.
  case unavailable(String)
}

/// A string of a manifest, given literally or by reference to a secret.
public enum TextOrSecret: Hashable, Sendable {
  /// The string itself.
  case text(String)
  /// A reference to the string.
  case secret(SecretReference)
}

/// A value that the state stores and that is never displayed, given literally or by reference.
public enum SensitiveValue: Hashable, Sendable {
  /// The value itself.
  case literal(SecretText)
  /// A reference to the value.
  case reference(SecretReference)
}

/// The response of a deployment to a changed value of a secret that it names. The raw value is the word in manifests.
public enum SecretChangeResponse: String, Sendable, Hashable, CaseIterable {
  /// Nothing: the next run has the new value.
  case ignore
  /// A new run, also of a job that has completed.
  case rerun
}
