import Diagnostics

// Duplicate keys in a map.

extension ManifestDecoder {
  /// Reports the current key as one that its map already has.
  mutating func reportDuplicate(_ name: String, first: Span) {
    report(duplicateKey(name, at: event.span, first: first))
  }

  /// Reports a duplicate key at the top level of a document. Concatenated files without `---` between them cause
  /// these; once reported, everything that follows is the same mistake.
  mutating func reportDuplicateOfDocument(_ name: String, first: Span) {
    if runsOn { return }
    guard name == "apiVersion" || name == "kind" else { return reportDuplicate(name, first: first) }
    var problem = duplicateKey(name, at: event.span, first: first)
    problem.hint = "if another document begins here, add a line \"---\" before it; otherwise delete one of the two"
    report(problem)
    runsOn = true
  }

  func duplicateKey(_ name: String, at span: Span, first: Span) -> Problem {
    Problem(
      code: .duplicateKey, message: "duplicate key \"\(name)\"", span: span,
      related: [Problem.Related(message: "first used here", span: first)], hint: "delete one of the two")
  }
}
