import FleetModel

/// A resolver of secrets. Never caches across calls.
public protocol SecretResolver: Sendable {
  /// Returns the value, or the reason why there is none, without quoting it. `root` is the source's directory, for a
  /// file; `nil` if it has none.
  func resolve(_ reference: SecretReference, root: String?) -> Result<SecretText, SecretUnavailable>
}

/// Reason why a secret could not be resolved.
public struct SecretUnavailable: Error, Sendable, Hashable {
  /// The reason as text: `environment variable HF_TOKEN is not set`.
  public var message: String
  /// Makes a reason.
  public init(message: String) { self.message = message }
}
