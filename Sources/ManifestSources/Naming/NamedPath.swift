import SystemCalls

/// An absolute path without `.`, `..` and doubled slashes, which leads to the same file as the path that was given. Links in it
/// are not resolved, except in front of a `..` that leads elsewhere than to what stands before the link.
struct NamedPath: Hashable {
  private(set) var parts: [Substring]

  /// Creates the absolute form of a path.
  ///
  /// - Parameter directory: the absolute directory of a relative path.
  init(_ path: String, in directory: String) {
    parts = []
    let whole = path.hasPrefix("/") ? path : directory + "/" + path
    for part in whole.split(separator: "/") where part != "." {
      if part != ".." {
        parts.append(part)
      } else if let above = directoryAbove {
        parts = above.split(separator: "/")
      } else {
        _ = parts.popLast()
      }
    }
  }

  private init(parts: [Substring]) { self.parts = parts }

  /// The path as text.
  var text: String { "/" + parts.joined(separator: "/") }

  /// The directory that holds the file, by its name; the root is its own.
  var parent: NamedPath { NamedPath(parts: parts.dropLast()) }

  /// Returns the nearest path that both are, or are below.
  func common(with other: NamedPath) -> NamedPath {
    NamedPath(parts: zip(parts, other.parts).prefix { $0 == $1 }.map(\.0))
  }

  /// The real path of the directory to which `..` leads from here; `nil` if the last part can just be left out, also of a path
  /// that leads nowhere.
  private var directoryAbove: String? {
    let above = text + "/.."
    do throws(SystemFailure) {
      guard let real = try FileNumber(at: above), try FileNumber(at: parent.text) != real else { return nil }
      return try SystemCall.realPath(above)
    } catch {
      // What can't be looked at can't be read as manifests either.
      return nil
    }
  }
}
