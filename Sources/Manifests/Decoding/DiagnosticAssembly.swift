import Diagnostics

/// Puts file names and source lines to problems.
struct DiagnosticAssembly {
  let inputs: [ManifestText]
  /// Of each file, where its literal secrets stand.
  let secrets: [[ManifestDecoder.SecretSpan]]

  /// The problems of each file as diagnostics, sorted by place, then by code.
  func diagnostics(_ problems: [[Problem]]) -> [Diagnostic] {
    var excerpts: [Int: [Span: SourceLines.Excerpt]] = [:]
    var wanted: [Int: Set<Span>] = [:]
    for (file, list) in problems.enumerated() {
      for problem in list {
        wanted[file, default: []].insert(problem.span)
        for place in problem.related { wanted[place.file ?? file, default: []].insert(place.span) }
      }
    }
    for (file, spans) in wanted {
      inputs[file].bytes.withUnsafeBufferPointer { bytes in
        let lines = SourceLines(bytes, secrets: secrets[file])
        for span in spans { excerpts[file, default: [:]][span] = lines.excerpt(at: span) }
      }
    }
    var diagnostics: [Diagnostic] = []
    for (file, list) in problems.enumerated() {
      for problem in list { diagnostics.append(diagnostic(problem, file, excerpts)) }
    }
    return diagnostics.sorted { left, right in
      guard let first = left.place, let second = right.place, first != second else { return left.code < right.code }
      return first < second
    }
  }

  private func diagnostic(
    _ problem: Problem, _ file: Int, _ excerpts: [Int: [Span: SourceLines.Excerpt]]
  ) -> Diagnostic {
    let excerpt = excerpts[file]?[problem.span]
    let related = problem.related.map { place -> Diagnostic.Related in
      let excerpt = excerpts[place.file ?? file]?[place.span]
      return Diagnostic.Related(
        message: place.message, place: self.place(place.span, place.file ?? file), sourceLine: excerpt?.text,
        sourceLineStart: excerpt?.startColumn ?? 1, length: Int(place.span.length))
    }
    return Diagnostic(
      problem.code, problem.message, at: place(problem.span, file), sourceLine: excerpt?.text,
      sourceLineStart: excerpt?.startColumn ?? 1, length: Int(problem.span.length), related: related,
      hint: problem.hint, severity: problem.severity)
  }

  private func place(_ span: Span, _ file: Int) -> SourcePlace {
    SourcePlace(file: inputs[file].displayPath, line: Int(span.line), column: Int(span.column))
  }
}
