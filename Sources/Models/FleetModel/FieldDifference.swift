/// One field in which two specs of an object differ, as a plan shows it.
public struct FieldDifference: Hashable, Sendable {
  /// The field as the manifest names it, without `spec.` and `metadata.`: `resources.gpu`, `env.EPOCHS`, `labels.team`,
  /// `dependsOn.vision/lab/prepare`.
  public var path: String
  /// The former value, in the manifest's units and on one line; nil: it was not set. Not yet escaped for a terminal.
  public var old: String?
  /// The present value; nil: it is not set any more.
  public var new: String?
  /// Whether the value must not be shown; `old` and `new` then describe it and never contain it.
  public var isSensitive: Bool
  /// Whether the change takes effect only in a new run of the deployment.
  public var forcesNewRun: Bool

  /// Makes a difference.
  public init(path: String, old: String?, new: String?, isSensitive: Bool = false, forcesNewRun: Bool = false) {
    self.path = path
    self.old = old
    self.new = new
    self.isSensitive = isSensitive
    self.forcesNewRun = forcesNewRun
  }

  /// Text in place of a secret.
  public static let sensitiveText = "(sensitive)"
  /// Text in place of a secret that changed.
  public static let sensitiveChangedText = "(sensitive, changed)"

  /// Returns the difference of a secret whose reference is the same and whose value changed.
  public static func secretChanged(path: String, forcesNewRun: Bool) -> FieldDifference {
    FieldDifference(
      path: path, old: sensitiveText, new: sensitiveChangedText, isSensitive: true, forcesNewRun: forcesNewRun)
  }
}
