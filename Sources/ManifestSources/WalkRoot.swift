import Glibc
import SystemCalls
import SystemPackage

/// The start of a walk: a directory, or the directory of the one file that is named.
struct WalkRoot {
  let directory: OpenDirectory
  /// The absolute path of the directory, without links.
  let path: String
  /// Prefix of a path below the root, as the user would write it.
  let displayPrefix: String
  /// Prefix of a path below the root, relative to the base.
  let relativePrefix: String
  /// The one name in the directory that is read; `nil`: all.
  let only: String?

  /// Opens the directory at a path, or the one that holds the file there.
  ///
  /// - Parameter base: absolute path that `relativePrefix` is relative to.
  init(path: String, base: String) throws(ManifestSourceError) {
    var status = stat()
    guard !path.isEmpty, lstat(path, &status) == 0 else {
      let code = path.isEmpty ? Errno.noSuchFileOrDirectory : Errno(rawValue: errno)
      throw code == .noSuchFileOrDirectory || code == .notDirectory
        ? .missing(path: path) : .unreadable(path: path, reason: code.description)
    }
    let name: String
    if SystemCall.isDirectory(path) {
      (name, only) = (path, nil)
      let trimmed = path.dropLast(while: { $0 == "/" })
      displayPrefix = path == "." || path == "./" ? "" : "\(trimmed)/"
    } else {
      let slash = path.lastIndex(of: "/")
      name = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
      displayPrefix = slash.map { String(path[...$0]) } ?? ""
      only = String(slash.map { path[path.index(after: $0)...] } ?? path[...])
    }
    do throws(SystemFailure) {
      directory = try OpenDirectory(path: name)
      guard let resolved = ManifestPath.resolved(name) else { throw SystemFailure.last("realpath", name) }
      self.path = resolved
    } catch {
      throw .unreadable(path: path, reason: error.reason)
    }
    let inRoot = self.path.hasSuffix("/") ? self.path : self.path + "/"
    let inBase = base.hasSuffix("/") ? base : base + "/"
    relativePrefix = inRoot.hasPrefix(inBase) ? String(inRoot.dropFirst(inBase.count)) : inRoot
  }
}

extension String {
  /// Returns the text without the characters at its end that satisfy a condition.
  fileprivate func dropLast(while condition: (Character) -> Bool) -> Substring {
    var rest = self[...]
    while let last = rest.last, condition(last) { rest.removeLast() }
    return rest
  }
}
