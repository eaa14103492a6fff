import Diagnostics

/// A problem within one file, before the file's name is attached.
struct Problem {
  /// A further span that belongs to the problem.
  struct Related {
    var message: String
    var span: Span
    /// Index of its file; `nil` for the same file.
    var file: Int?
  }

  var code: DiagnosticCode
  var message: String
  var span: Span
  var related: [Related] = []
  var hint: String?
  var severity = Diagnostic.Severity.error

  /// Returns the same problem with a tab as its cause.
  func asTabIndent() -> Problem {
    guard code == .syntax else { return self }
    return Problem(
      code: .tabIndent, message: "tab in indentation", span: span, related: related,
      hint: "indent with spaces")
  }
}
