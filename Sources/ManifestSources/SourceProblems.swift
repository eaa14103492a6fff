import Diagnostics

/// What is refused, by name; none of these looks at contents.
extension Diagnostic {
  private static func refused(
    _ code: DiagnosticCode, _ message: String, _ path: String, hint: String? = nil
  ) -> Diagnostic {
    Diagnostic(code, message, at: SourcePlace(file: path, line: 1, column: 1), hint: hint)
  }

  static func tooLarge(_ path: String) -> Diagnostic {
    refused(.fileTooLarge, "the file is larger than 64 MiB", path, hint: "split it into several files")
  }
  static func leadsOut(_ path: String) -> Diagnostic {
    refused(
      .linkOutOfTree, "the symbolic link leads out of the directory", path,
      hint: "put the file itself here, or name the link in .berthignore")
  }
  static func broken(_ path: String, _ reason: String) -> Diagnostic {
    refused(
      .brokenLink, "the symbolic link can't be followed: \(reason)", path,
      hint: "remove it, or name it in .berthignore")
  }
  static func special(_ path: String, _ what: String) -> Diagnostic {
    refused(.notRegularFile, "it is \(what), not a file", path)
  }
  static func unreadable(_ path: String, _ failure: SystemFailure) -> Diagnostic {
    refused(.unreadableFile, "the file can't be read: \(failure.reason)", path)
  }
  static func unreadableDirectory(_ path: String, _ failure: SystemFailure) -> Diagnostic {
    refused(.unreadableDirectory, "the directory can't be read: \(failure.reason)", path)
  }
  static func tooDeep(_ path: String) -> Diagnostic {
    refused(
      .directoryTooDeep, "directories are nested more than \(ManifestDirectory.depthLimit) deep", path)
  }
  static func nameNotUTF8(_ path: String) -> Diagnostic {
    refused(.nameNotUTF8, "the name is not UTF-8", path, hint: "rename it")
  }
}
