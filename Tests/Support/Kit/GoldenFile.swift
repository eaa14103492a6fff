// The toolchain has no Testing for release builds with a static standard library, which build this target as well.
#if canImport(Testing)
import Foundation
import Testing

/// A committed file that holds the expected output of a test. `BERTH_BLESS=1` writes the output instead of comparing it; the
/// difference is then to be read before it is committed.
public struct GoldenFile {
  /// The path of the file.
  public let url: URL

  /// A file by its path.
  public init(_ url: URL) { self.url = url }

  /// True if outputs are to be written instead of compared: `BERTH_BLESS` is `1`.
  public static var isBlessing: Bool { get throws(MalformedVariable) { try TestVariable("BERTH_BLESS").flag() } }

  /// Compares an output with the file, and reports the first line that differs.
  public func expect(_ output: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    if try Self.isBlessing {
      try Data(output.utf8).write(to: url)
      return
    }
    let name = url.lastPathComponent
    guard FileManager.default.fileExists(atPath: url.path) else {
      Issue.record("there is no golden file \(name); BERTH_BLESS=1 writes it", sourceLocation: sourceLocation)
      return
    }
    let expected = String(decoding: try Data(contentsOf: url), as: UTF8.self)
    if output.utf8.elementsEqual(expected.utf8) { return }
    let (found, golden) = (Self.lines(output), Self.lines(expected))
    let line = zip(found, golden).prefix { $0 == $1 }.count
    let (shown, wanted) = (line < found.count ? found[line] : "", line < golden.count ? golden[line] : "")
    Issue.record(
      "the output differs from \(name) in line \(line + 1):\n- \(wanted)\n+ \(shown)\nBERTH_BLESS=1 writes this output:\n\(output)",
      sourceLocation: sourceLocation)
  }

  private static func lines(_ text: String) -> [Substring] {
    text.split(separator: "\n", omittingEmptySubsequences: false)
  }
}

/// Compares an output with the file of that name in the directory `Golden` beside the test's source.
public func expect(
  _ output: String, isGolden name: String, beside source: String = #filePath,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let file = URL(filePath: source).deletingLastPathComponent().appending(path: "Golden/\(name)")
  try GoldenFile(file).expect(output, sourceLocation: sourceLocation)
}
#endif
