import Diagnostics

/// Puts file names and source lines to problems.
struct DiagnosticAssembly {
  let inputs: [ManifestText]
  /// Of each file, where its literal secrets stand.
  let secrets: [[ManifestDecoder.SecretSpan]]

  /// How a place is shown: within its file, with its line.
  private struct Shown {
    var span: Span
    var excerpt: SourceLines.Excerpt?
  }

  /// The problems of each file as diagnostics, sorted by place, then by code.
  func diagnostics(_ problems: [[Problem]]) -> [Diagnostic] {
    var shown: [Int: [Span: Shown]] = [:]
    var wanted: [Int: Set<Span>] = [:]
    for (file, list) in problems.enumerated() {
      for problem in list {
        wanted[file, default: []].insert(problem.span)
        for place in problem.related { wanted[place.file ?? file, default: []].insert(place.span) }
      }
    }
    for (file, spans) in wanted {
      inputs[file].bytes.withUnsafeBufferPointer { bytes in
        let lines = SourceLines(bytes, wanted: Set(spans.map(\.line)), secrets: secrets[file])
        for span in spans {
          let place = lines.within(span)
          shown[file, default: [:]][span] = Shown(span: place, excerpt: lines.excerpt(at: place))
        }
      }
    }
    var diagnostics: [Diagnostic] = []
    for (file, list) in problems.enumerated() {
      for problem in list { diagnostics.append(diagnostic(problem, file, shown)) }
    }
    return diagnostics.sorted { left, right in
      guard let first = left.place, let second = right.place, first != second else { return left.code < right.code }
      return first < second
    }
  }

  private func diagnostic(
    _ problem: Problem, _ file: Int, _ shown: [Int: [Span: Shown]]
  ) -> Diagnostic {
    // Text of another encoding would only be noise.
    let own = shown[file]?[problem.span]
    let excerpt = problem.code == .wrongEncoding ? nil : own?.excerpt
    let related = problem.related.map { place -> Diagnostic.Related in
      let other = shown[place.file ?? file]?[place.span]
      let excerpt = other?.excerpt
      return Diagnostic.Related(
        message: place.message, place: self.place(other?.span ?? place.span, place.file ?? file),
        sourceLine: excerpt?.text,
        sourceLineStart: excerpt?.startColumn ?? 1, length: Int(place.span.length))
    }
    return Diagnostic(
      problem.code, problem.message, at: place(own?.span ?? problem.span, file), sourceLine: excerpt?.text,
      sourceLineStart: excerpt?.startColumn ?? 1, length: Int(problem.span.length), related: related,
      hint: problem.hint, severity: problem.severity)
  }

  private func place(_ span: Span, _ file: Int) -> SourcePlace {
    SourcePlace(file: inputs[file].displayPath, line: Int(span.line), column: Int(span.column))
  }
}
