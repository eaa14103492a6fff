/// An absolute path without `.`, `..` and doubled slashes. Links in it are not resolved.
struct LexicalPath: Hashable {
  private(set) var parts: [Substring]

  /// Creates the absolute form of a path.
  ///
  /// - Parameter directory: the absolute directory of a relative path.
  init(_ path: String, in directory: String) {
    parts = []
    let whole = path.hasPrefix("/") ? path : directory + "/" + path
    for part in whole.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
  }

  private init(parts: [Substring]) { self.parts = parts }

  /// The path as text.
  var text: String { "/" + parts.joined(separator: "/") }

  /// The directory that holds the file; the root is its own.
  var parent: LexicalPath { LexicalPath(parts: parts.dropLast()) }

  /// Returns the nearest path that both are, or are below.
  func common(with other: LexicalPath) -> LexicalPath {
    LexicalPath(parts: zip(parts, other.parts).prefix { $0 == $1 }.map(\.0))
  }
}
