import CLibYAML

extension EventReader {
  /// Returns libyaml's error for text that is not YAML, with its context.
  func syntaxProblem(of parser: UnsafeMutablePointer<yaml_parser_t>) -> Problem {
    let state = parser.pointee
    let text = state.problem.map { String(cString: $0) } ?? "out of memory"
    let span = Span(state.problem_mark, state.problem_mark)
    var problem = Problem(code: .syntax, message: "not valid YAML: \(text)", span: span)
    if text.contains("cannot start any token") {
      problem.message = "not valid YAML: this character cannot start a value"
      problem.hint = "put the text in quotes"
    } else if text.contains("mapping values are not allowed") {
      problem.hint = "a text with \": \" in it needs quotes; a nested mapping begins on a line of its own"
    } else if text.contains("did not find expected key") || text.contains("could not find expected ':'") {
      problem.hint = "check the indentation, and that every key has a \":\""
    }
    if let context = state.context {
      let related = Span(state.context_mark, state.context_mark)
      if related != span {
        problem.related.append(Problem.Related(message: String(cString: context), span: related))
      }
    }
    return problem
  }
}
