import Glibc
import SystemCalls

/// Where a symbolic link of a tree leads.
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

/// Follows links by hand, one part of a path after the other, each opened in the directory before it and never through
/// a link: so that no race with whoever changes the tree can lead out of it.
struct LinkResolution {
  /// The absolute path of the tree's root, without links: what an absolute link must begin with.
  private let rootPath: [UInt8]
  /// From the root to where the way has led so far.
  private var stack: [OpenDirectory]
  /// The parts still to go, the next one last.
  private var pending: [[UInt8]] = []
  private var linksLeft = 40
  /// Is shown every directory on the way: what a name in it stands for decides where the link leads.
  private let notifier: DirectoryNotifier?

  /// Follows a path below the tree's root; `rootPath` is absolute and without links.
  static func end(of path: String, below root: OpenDirectory, rootPath: String, notifier: DirectoryNotifier? = nil)
    throws(SystemFailure) -> LinkEnd
  {
    var resolution = LinkResolution(root: root, rootPath: Array(rootPath.utf8), notifier: notifier)
    resolution.push(Array(path.utf8)[...])
    return try resolution.run()
  }

  private init(root: OpenDirectory, rootPath: [UInt8], notifier: DirectoryNotifier?) {
    self.notifier = notifier
    self.rootPath = rootPath
    stack = [root]
  }

  private mutating func run() throws(SystemFailure) -> LinkEnd {
    while let part = pending.popLast() {
      if part == Array(".".utf8) { continue }
      if part == Array("..".utf8) {
        guard stack.count > 1 else { return .outside }
        stack.removeLast()
        continue
      }
      guard let name = String(validating: part, as: UTF8.self) else { return .broken("its name is not UTF-8") }
      let here = stack[stack.count - 1]
      notifier?.show(here)
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
    }
    return .directory(stack[stack.count - 1])
  }

  /// Puts the parts of a link's target before those that are left; false when it is absolute and not below the root.
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
