import Glibc
import SystemCalls

/// Target of a symbolic link in a tree.
enum LinkEnd {
  /// A file of the tree, by its name in a directory.
  case file(String, in: OpenDirectory)
  /// A directory of the tree.
  case directory(OpenDirectory)
  /// Something outside of the tree.
  case outside
  /// Nothing, with the reason.
  case broken(String)
}

/// Resolution of a path with links by hand: each part is opened in the directory before it and never through a link, so that no
/// concurrent change of the tree can lead out of it. The resolution stops before it looks up a name in a directory.
struct LinkResolution {
  /// A step of the resolution.
  enum Step {
    /// The next step looks up a name in this directory.
    case looksIn(OpenDirectory)
    case ends(LinkEnd)
  }

  /// The absolute path of the tree's root, without links. An absolute link must begin with it.
  private let rootPath: [UInt8]
  /// Directories from the root to the present one.
  private var stack: [OpenDirectory]
  /// The parts that are left, the next one last.
  private var pending: [[UInt8]] = []
  /// The name to be looked up in the present directory; `nil` if the next part is due.
  private var name: String?
  private var linksLeft = 40

  /// Prepares the resolution of a path below a tree's root.
  ///
  /// - Parameter rootPath: absolute path of the root, without links.
  init(_ path: String, below root: OpenDirectory, rootPath: String) {
    self.rootPath = Array(rootPath.utf8)
    stack = [root]
    push(Array(path.utf8)[...])
  }

  /// Takes the next step.
  ///
  /// - Throws: `SystemFailure` when a part can't be looked up or opened.
  mutating func next() throws(SystemFailure) -> Step {
    while true {
      if let name {
        self.name = nil
        if let end = try lookUp(name) { return .ends(end) }
        continue
      }
      guard let part = pending.popLast() else { return .ends(.directory(stack[stack.count - 1])) }
      if part == Array(".".utf8) { continue }
      if part == Array("..".utf8) {
        guard stack.count > 1 else { return .ends(.outside) }
        stack.removeLast()
        continue
      }
      name = String(validating: part, as: UTF8.self)
      if name == nil { return .ends(.broken("its name is not UTF-8")) }
      return .looksIn(stack[stack.count - 1])
    }
  }

  /// Looks up a name in the present directory. Returns the end of the resolution if this is it.
  private mutating func lookUp(_ name: String) throws(SystemFailure) -> LinkEnd? {
    let here = stack[stack.count - 1]
    switch EntryKind(mode: try here.status(of: name).st_mode) {
    case .directory: stack.append(try OpenDirectory(name, in: here))
    case .link:
      linksLeft -= 1
      guard linksLeft > 0 else { return .broken("it leads in a circle") }
      guard follow(try here.target(ofLink: name)) else { return .outside }
    case .file, .special:
      guard pending.isEmpty else { throw SystemFailure("open", name, .notDirectory) }
      return .file(name, in: here)
    }
    return nil
  }

  /// Puts the parts of a link's target before those that are left. Returns `false` if the target is absolute and not below the
  /// root.
  private mutating func follow(_ target: [UInt8]) -> Bool {
    var rest = target[...]
    if rest.first == UInt8(ascii: "/") {
      guard rest.starts(with: rootPath) else { return false }
      rest = rest.dropFirst(rootPath.count)
      guard rest.isEmpty || rest.first == UInt8(ascii: "/") || rootPath.last == UInt8(ascii: "/") else { return false }
      stack.removeLast(stack.count - 1)
    }
    push(rest)
    return true
  }

  private mutating func push(_ path: ArraySlice<UInt8>) {
    pending.append(contentsOf: path.split(separator: UInt8(ascii: "/")).map(Array.init).reversed())
  }
}
