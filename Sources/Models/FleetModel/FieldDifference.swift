/// One field in which two specs of an object differ, as a plan shows it.
public struct FieldDifference: Hashable, Sendable {
  /// The field in the words of the manifest, without `spec.` and `metadata.`: `resources.gpu`, `env.EPOCHS`,
  /// `labels.team`, `dependsOn.vision/lab/prepare`.
  public var path: String
  /// What it was, in the manifest's units and on one line; nil: it was not set. Not yet escaped for a terminal.
  public var old: String?
  /// What it is now; nil: it is not set any more.
  public var new: String?
  /// Whether it is a value that must not be shown; `old` and `new` are words about it then, never the value.
  public var isSensitive: Bool
  /// Whether a deployment needs a new run to have it.
  public var forcesNewRun: Bool

  /// Makes a difference of a field that may be shown.
  public init(path: String, old: String?, new: String?, isSensitive: Bool = false, forcesNewRun: Bool = false) {
    self.path = path
    self.old = old
    self.new = new
    self.isSensitive = isSensitive
    self.forcesNewRun = forcesNewRun
  }

  /// What a secret that may not be shown is shown as.
  public static let sensitiveText = "(sensitive)"
  /// What a secret that changed is shown as.
  public static let sensitiveChangedText = "(sensitive, changed)"

  /// The difference where a reference stayed the same and what it came to changed.
  public static func secretChanged(path: String, forcesNewRun: Bool) -> FieldDifference {
    FieldDifference(
      path: path, old: sensitiveText, new: sensitiveChangedText, isSensitive: true, forcesNewRun: forcesNewRun)
  }
}
