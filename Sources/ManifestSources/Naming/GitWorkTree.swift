import SystemCalls
import SystemPackage

/// A work tree of git, read without running git.
struct GitWorkTree {
  /// Largest size of a file of git that is read, in bytes: 1 MiB.
  private static let sizeLimit = 1 << 20

  /// The directory at its top.
  let root: NamedPath
  /// The directory that all work trees of the repository share.
  private let common: String

  /// Returns the work tree that holds a path, and the path inside it; `nil` if none does.
  static func containing(_ path: NamedPath) -> (tree: GitWorkTree, inside: String)? {
    var (root, inside): (NamedPath, [Substring]) = (path, [])
    while true {
      if let common = commonDirectory(of: root) {
        return (GitWorkTree(root: root, common: common), inside.joined(separator: "/"))
      }
      guard let last = root.parts.last else { return nil }
      inside.insert(last, at: 0)
      root = root.parent
    }
  }

  /// URL of the remote from which the repository was cloned; `nil` if it has none.
  var origin: String? {
    Self.text("\(common)/config").flatMap { GitConfiguration($0).value("remote", "origin", "url") }
  }

  /// Whether the history was cut off when the repository was cloned.
  var isShallow: Bool { Self.text("\(common)/shallow")?.isEmpty == false }

  /// Returns the shared directory of the repository whose work tree is at a directory; `nil` if none is. See
  /// gitrepository-layout(5): a linked work tree and a submodule have a file `.git`, and the former a `commondir`.
  private static func commonDirectory(of root: NamedPath) -> String? {
    let entry = root.text == "/" ? "/.git" : root.text + "/.git"
    var directory = entry
    if !SystemCall.isDirectory(entry) {
      guard let line = line(entry), line.hasPrefix("gitdir: ") else { return nil }
      directory = NamedPath(String(line.dropFirst("gitdir: ".count)), in: root.text).text
    }
    guard text("\(directory)/HEAD") != nil else { return nil }
    guard let shared = line("\(directory)/commondir") else { return directory }
    return NamedPath(shared, in: directory).text
  }

  private static func line(_ path: String) -> String? {
    text(path)?.split(separator: "\n").first.map(String.init)
  }

  /// Returns the text of a regular file; `nil` if there is none that can be read: then the place is not one of git's.
  private static func text(_ path: String) -> String? {
    do throws(SystemFailure) {
      guard let file = try OpenedFile.ifThere(path, .readOnly, options: .nonBlocking) else { return nil }
      guard try file.status().type == .regular else { return nil }
      return String(decoding: try file.readAll(limit: sizeLimit), as: UTF8.self)
    } catch {
      return nil
    }
  }
}
