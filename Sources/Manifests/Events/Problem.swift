import Diagnostics

/// A mistake within one file, before the file's name is put to it.
struct Problem {
  /// A further place.
  struct Related {
    var message: String
    var span: Span
    /// The number of its file; nil: the same.
    var file: Int?
  }

  var code: DiagnosticCode
  var message: String
  var span: Span
  var related: [Related] = []
  var hint: String?
  var severity = Diagnostic.Severity.error

  /// The same problem where a tab is the cause.
  func asTabIndent() -> Problem {
    guard code == .syntax else { return self }
    return Problem(
      code: .tabIndent, message: "a tab where indentation is meant", span: span, related: related,
      hint: "indent with spaces")
  }
}
