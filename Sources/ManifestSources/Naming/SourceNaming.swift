/// Names of sources that follow from where their manifests come from, so that two places never share one by chance, and every
/// checkout of a repository has the same.
///
/// | input | name |
/// | --- | --- |
/// | a directory or file in a git work tree | `REPOSITORY//PATH`: the origin's host and path, else the first commit; the path inside |
/// | a directory or file elsewhere | its absolute path as given: links are not resolved, because what they lead to may change, except in front of a `..` that leads elsewhere |
/// | several paths | that of the nearest directory that holds all of them, with `/*` behind it |
/// | standard input | `stdin` |
public struct SourceNaming {
  /// Name of standard input.
  public static let standardInput = "stdin"
  /// Name of the only source of states that an earlier version of Berth has made, unless another was given.
  public static let former = "default"

  /// The absolute working directory, as the user knows it: with the links that led there.
  private let working: String
  private let firstCommit: (String) -> String?

  /// Creates a naming.
  ///
  /// - Parameters:
  ///   - working: the absolute working directory.
  ///   - firstCommit: returns the id of the first commit of the repository in a directory; `nil` if that can't be told.
  public init(working: String, firstCommit: @escaping (String) -> String?) {
    self.working = working
    self.firstCommit = firstCommit
  }

  /// Returns the name of paths, of which `-` is standard input.
  public func name(of paths: [String]) -> String {
    let places = paths.filter { $0 != "-" }.map { NamedPath($0, in: working) }
    guard let first = places.first else { return Self.standardInput }
    if paths.count == 1 { return Self.plain(name(of: first)) }
    // Files of one directory have one name, whatever their number.
    let directory = Self.plain(name(of: places.dropFirst().reduce(first) { $0.common(with: $1) }))
    return directory.hasSuffix("/") ? directory + "*" : directory + "/*"
  }

  /// Returns a name without control characters, which file names and URLs may hold.
  private static func plain(_ name: String) -> String {
    let digits = Array("0123456789ABCDEF")
    return name.unicodeScalars.reduce(into: "") { text, scalar in
      if scalar.value < 0x20 || scalar.value == 0x7f {
        text += "%\(digits[Int(scalar.value >> 4)])\(digits[Int(scalar.value & 15)])"
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
  }

  private func name(of path: NamedPath) -> String {
    guard let (tree, inside) = GitWorkTree.containing(path), let repository = repository(of: tree) else {
      return path.text
    }
    return "\(repository)//\(inside)"
  }

  /// Returns the name of a repository. That of a clone of a local one is the name of the latter: both have the same commits.
  private func repository(of tree: GitWorkTree) -> String? {
    let origin = tree.origin.map { GitRemote($0, in: tree.root) }
    if case .network(let name)? = origin { return name }
    // A shallow clone does not have its first commit.
    if !tree.isShallow, let commit = firstCommit(tree.root.text) { return commit }
    guard case .local(let path)? = origin else { return nil }
    return firstCommit(path.text) ?? path.text
  }
}
