/// A remote of git by its URL (git-fetch(1), "GIT URLS"), in the one form that all its spellings share.
enum GitRemote: Equatable {
  /// A repository on a host: `git.example.org/vision/fleet`. Without scheme, user and password, default port and `.git`.
  case network(String)
  /// A repository on this machine, without `.git` behind its name.
  case local(NamedPath)

  /// Ports that need not be written.
  private static let defaultPorts = ["ssh": "22", "git+ssh": "22", "https": "443", "http": "80", "git": "9418"]

  /// Reads a URL.
  ///
  /// - Parameter directory: the directory of the work tree, to which a relative path refers.
  init(_ url: String, in directory: NamedPath) {
    if let cut = url.firstRange(of: "://") {
      let scheme = url[..<cut.lowerBound].lowercased()
      let rest = url[cut.upperBound...]
      let slash = rest.firstIndex(of: "/") ?? rest.endIndex
      if scheme == "file" {
        self = Self.local(String(rest[slash...]), in: directory)
      } else {
        self = Self.network(String(rest[..<slash]), Self.decoded(rest[slash...]), port: Self.defaultPorts[scheme])
      }
    } else if let colon = Self.endOfHost(url) {
      // The form of scp(1). What stands before the colon is no directory.
      self = Self.network(String(url[..<colon]), String(url[url.index(after: colon)...]), port: nil)
    } else {
      self = Self.local(url, in: directory)
    }
  }

  private static func local(_ path: String, in directory: NamedPath) -> GitRemote {
    .local(NamedPath(withoutSuffix(path), in: directory.text))
  }

  private static func network(_ authority: String, _ path: String, port: String?) -> GitRemote {
    var host = (authority.lastIndex(of: "@").map { String(authority[authority.index(after: $0)...]) } ?? authority)
      .lowercased()
    if let port, host.hasSuffix(":" + port) { host = String(host.dropLast(port.count + 1)) }
    let parts = withoutSuffix(path).split(separator: "/")
    return .network(([host[...]] + parts).joined(separator: "/"))
  }

  /// Returns the colon of `host:path`; `nil` for a path, which may hold a colon behind a slash.
  private static func endOfHost(_ url: String) -> String.Index? {
    var isInBrackets = false
    for index in url.indices {
      switch url[index] {
      case "[": isInBrackets = true
      case "]": isInBrackets = false
      case "/": return nil
      case ":" where !isInBrackets: return index == url.startIndex ? nil : index
      default: break
      }
    }
    return nil
  }

  /// Returns a path without slashes at its end and without `.git`.
  private static func withoutSuffix(_ path: String) -> String {
    func trimmed(_ path: Substring) -> Substring {
      var path = path
      while path.count > 1, path.hasSuffix("/") { path.removeLast() }
      return path
    }
    let path = trimmed(path[...])
    return String(trimmed(path.hasSuffix(".git") && path.count > 4 ? path.dropLast(4) : path))
  }

  /// Returns a path with its percent-encoded bytes decoded.
  private static func decoded(_ path: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(path.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16),
        rest.count > 1
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
