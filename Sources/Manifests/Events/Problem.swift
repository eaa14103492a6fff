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
}
