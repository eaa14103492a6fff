import Diagnostics

/// Turns problems into diagnostics: adds file names and source lines.
struct DiagnosticAssembly {
  let inputs: [ManifestText]
  /// Spans of the literal secrets of each file.
  let secrets: [[ManifestDecoder.SecretSpan]]

  /// A span as it is shown: clipped to its file, with its line.
  private struct Shown {
    var span: Span
    var excerpt: SourceLines.Excerpt?
  }

  /// Returns the problems of each file as diagnostics, sorted by place, then by code.
  ///
  /// - Parameter further: number of problems of a file besides, which come after more others than are shown.
  func diagnostics(_ all: [[Problem]], further: [Int: Int] = [:]) -> [Diagnostic] {
    let problems = all.enumerated().map { file, list in
      list.count > ManifestLimits.shownProblems ? DiagnosticAssembly.shown(list, further: further[file] ?? 0) : list
    }
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

  /// Selects what to show of a file with too many problems: the first ones, errors before warnings, and a final
  /// problem with the number left out.
  private static func shown(_ problems: [Problem], further: Int) -> [Problem] {
    func isBefore(_ left: Int, _ right: Int) -> Bool {
      let (first, second) = (problems[left], problems[right])
      guard first.severity == second.severity else { return first.severity == .error }
      return (first.span.line, first.span.column, left) < (second.span.line, second.span.column, right)
    }
    let order = problems.indices.sorted(by: isBefore)
    let next = problems[order[ManifestLimits.shownProblems]]
    let more = Problem(
      code: .tooManyErrors,
      message: "\(problems.count + further - ManifestLimits.shownProblems) more problems in this file are not shown",
      span: next.span, hint: "the first of them is here", severity: next.severity)
    return order.prefix(ManifestLimits.shownProblems).map { problems[$0] } + [more]
  }

  private func diagnostic(
    _ problem: Problem, _ file: Int, _ shown: [Int: [Span: Shown]]
  ) -> Diagnostic {
    // The excerpt of a file in another encoding would be noise.
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
