/// One mistake in what the user wrote, complete enough to be shown without reading the file again.
public struct Diagnostic: Hashable, Sendable {
  /// How bad it is: an error stops everything, a warning is only shown.
  public enum Severity: String, Sendable, Hashable {
    case error
    case warning
  }

  /// A further place that belongs to the mistake, for example the first of two duplicates.
  public struct Related: Hashable, Sendable {
    /// What is to be seen there, for example `first declared here`.
    public var message: String
    /// Where it is.
    public var place: SourcePlace
    /// The line of the file at that place, if it is at hand.
    public var sourceLine: String?
    /// The column of the first scalar of `sourceLine`.
    public var sourceLineStart: Int
    /// How many Unicode scalars from `place` on are underlined; at least 1.
    public var length: Int

    /// Makes a related place.
    public init(
      message: String, place: SourcePlace, sourceLine: String? = nil, sourceLineStart: Int = 1, length: Int = 1
    ) {
      self.message = message
      self.place = place
      self.sourceLine = sourceLine
      self.sourceLineStart = max(1, sourceLineStart)
      self.length = max(1, length)
    }
  }

  /// The stable code, for `berth explain`.
  public var code: DiagnosticCode
  /// How bad it is.
  public var severity: Severity
  /// One sentence that stands alone, lower case at the start, no full stop. Not yet escaped for a terminal.
  public var message: String
  /// Where it is; nil where a whole input is meant.
  public var place: SourcePlace?
  /// The line of the file at `place`, without its line break.
  public var sourceLine: String?
  /// The column of the first scalar of `sourceLine`: above 1 where a very long line was cut.
  public var sourceLineStart: Int
  /// How many Unicode scalars from `place` on the caret underlines; at least 1.
  public var length: Int
  /// Further places, each shown below.
  public var related: [Related]
  /// What to do about it, for example `did you mean "ram"?`.
  public var hint: String?

  /// Makes a diagnostic.
  public init(
    _ code: DiagnosticCode, _ message: String, at place: SourcePlace?, sourceLine: String? = nil,
    sourceLineStart: Int = 1,
    length: Int = 1, related: [Related] = [], hint: String? = nil, severity: Severity = .error
  ) {
    self.code = code
    self.severity = severity
    self.message = message
    self.place = place
    self.sourceLine = sourceLine
    self.sourceLineStart = max(1, sourceLineStart)
    self.length = max(1, length)
    self.related = related
    self.hint = hint
  }
}
