import CLibYAML

extension EventReader {
  /// Returns libyaml's error for text that is not YAML, with its context.
  func syntaxProblem(of parser: UnsafeMutablePointer<yaml_parser_t>) -> Problem {
    let state = parser.pointee
    let text = state.problem.map { String(cString: $0) } ?? "out of memory"
    let span = Span(state.problem_mark, state.problem_mark)
    var problem = Problem(code: .syntax, message: "invalid YAML: \(text)", span: span)
    if text.contains("cannot start any token") {
      problem.message = "invalid YAML: this character can't start a value"
      problem.hint = "quote the value"
    } else if text.contains("mapping values are not allowed") {
      problem.hint = "quote a value that contains \": \"; start a nested map on its own line"
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
