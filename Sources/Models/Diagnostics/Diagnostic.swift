/// One problem in the user's input, complete enough to be shown without reading the file again.
public struct Diagnostic: Hashable, Sendable {
  /// The severity: an error stops everything, a warning is only shown.
  public enum Severity: String, Sendable, Hashable {
    case error
    case warning
  }

  /// A further place that belongs to the problem, for example the first of two duplicates.
  public struct Related: Hashable, Sendable {
    /// A label for the place, for example `first declared here`.
    public var message: String
    /// The place in its file.
    public var place: SourcePlace
    /// The line of the file at that place, if available.
    public var sourceLine: String?
    /// The column of the first scalar of `sourceLine`.
    public var sourceLineStart: Int
    /// Number of Unicode scalars that are underlined, from `place` on; at least 1.
    public var length: Int

    /// Creates a related place.
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
  /// The severity.
  public var severity: Severity
  /// One sentence that stands alone, lower case at the start, without a full stop. Not yet escaped for a terminal.
  public var message: String
  /// The place of the problem; `nil` if it concerns a whole input.
  public var place: SourcePlace?
  /// The line of the file at `place`, without its line break.
  public var sourceLine: String?
  /// The column of the first scalar of `sourceLine`; above 1 if a very long line was cut.
  public var sourceLineStart: Int
  /// Number of Unicode scalars that the caret underlines, from `place` on; at least 1.
  public var length: Int
  /// Further places, each shown below the first.
  public var related: [Related]
  /// Advice, for example `did you mean "ram"?`.
  public var hint: String?

  /// Creates a diagnostic.
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
