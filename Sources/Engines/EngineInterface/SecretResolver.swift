import FleetModel

/// Looks secrets up. Never caches across calls.
public protocol SecretResolver: Sendable {
  /// The value, or why there is none, without quoting it. `root` is the source's directory, for a file; nil: it has none.
  func resolve(_ reference: SecretReference, root: String?) -> Result<SecretText, SecretUnavailable>
}

/// Why a secret could not be looked up.
public struct SecretUnavailable: Error, Sendable, Hashable {
  /// `environment variable HF_TOKEN is not set`
  public var message: String
  /// Makes one.
  public init(message: String) { self.message = message }
}
