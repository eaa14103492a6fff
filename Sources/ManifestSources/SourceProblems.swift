import Diagnostics
import SystemCalls

/// Problems of files that are refused for their names or kinds, without a look at their contents.
extension Diagnostic {
  private static func refused(
    _ code: DiagnosticCode, _ message: String, _ path: String, hint: String? = nil
  ) -> Diagnostic {
    Diagnostic(code, message, at: SourcePlace(file: path, line: 1, column: 1), hint: hint)
  }

  static func tooLarge(_ path: String) -> Diagnostic {
    refused(.fileTooLarge, "file is larger than 64 MiB", path, hint: "split it into several files")
  }
  static func leadsOut(_ path: String) -> Diagnostic {
    refused(
      .linkOutOfTree, "symbolic link leads out of the source directory", path,
      hint: "put the file itself here, or add the link to .berthignore")
  }
  static func broken(_ path: String, _ reason: String) -> Diagnostic {
    refused(
      .brokenLink, "can't follow the symbolic link: \(reason)", path,
      hint: "remove it, or add it to .berthignore")
  }
  static func special(_ path: String, _ what: String) -> Diagnostic {
    refused(.notRegularFile, "expected a regular file, found \(what)", path)
  }
  static func unreadable(_ path: String, _ failure: SystemFailure) -> Diagnostic {
    refused(.unreadableFile, "can't read the file: \(failure.reason)", path)
  }
  static func unreadableDirectory(_ path: String, _ failure: SystemFailure) -> Diagnostic {
    refused(.unreadableDirectory, "can't read the directory: \(failure.reason)", path)
  }
  static func tooDeep(_ path: String) -> Diagnostic {
    refused(
      .directoryTooDeep, "directories are nested more than \(ManifestLimits.depth) levels deep", path)
  }
  static func nameNotUTF8(_ path: String) -> Diagnostic {
    refused(.nameNotUTF8, "file name is not UTF-8", path, hint: "rename it")
  }
}
