extension ManifestDecoder {
  /// Checks the name of a variable; false after reporting it.
  mutating func checkVariable(_ name: String, at span: Span) -> Bool {
    var isFine = !name.isEmpty
    if let first = name.utf8.first, NameGrammar.isDigit(first) { isFine = false }
    for byte in name.utf8 {
      isFine = isFine && (NameGrammar.isUpper(byte) || NameGrammar.isAlphanumeric(byte) || byte == UInt8(ascii: "_"))
    }
    if isFine { return true }
    report(
      Problem(
        code: .badVariable, message: "\"\(name)\" is not the name of an environment variable", span: span,
        hint: "names of variables are letters, digits and \"_\", and do not begin with a digit"))
    return false
  }

  /// Resolves a path in a manifest relative to its source; `nil` after reporting that it leaves the source.
  mutating func resolve(_ path: String, _ span: Span) -> String? {
    func refuse(_ message: String) -> String? {
      report(
        Problem(
          code: .fileLeavesSource, message: message, span: span,
          hint: "keep the file beside the manifests, or use {fromEnv: NAME}"))
      return nil
    }
    guard !path.hasPrefix("/") else { return refuse("\"\(path)\" is an absolute path") }
    var parts = directory
    for part in path.split(separator: "/") where part != "." {
      if part != ".." {
        parts.append(String(part))
      } else if parts.popLast() == nil {
        return refuse("\"\(path)\" leads out of the source")
      }
    }
    guard !parts.isEmpty, !path.hasSuffix("/") else { return refuse("\"\(path)\" names no file") }
    return parts.joined(separator: "/")
  }
}
