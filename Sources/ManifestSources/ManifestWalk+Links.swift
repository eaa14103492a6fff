import Diagnostics
import Glibc
import SystemCalls

extension ManifestWalk {
  /// Follows the link by one step. Returns the directory that the step looks in, or that the link leads to.
  mutating func goOnWithLink() -> OpenDirectory? {
    guard let link = resolution?.link else { return nil }
    do throws(SystemFailure) {
      switch try resolution?.steps.next() {
      case .looksIn(let directory): return directory
      case .ends(let end):
        resolution = nil
        return try follow(link, to: end)
      case nil: return nil
      }
    } catch {
      resolution = nil
      if isNamedManifest(link) { collector.add(link) { .broken($0, error.reason) } }
      return nil
    }
  }

  private mutating func follow(_ path: String, to end: LinkEnd) throws(SystemFailure) -> OpenDirectory? {
    let isManifest = isNamedManifest(path)
    switch end {
    case .file(let name, in: let directory):
      guard isManifest else { return nil }
      if case .special(let what) = EntryKind(mode: try directory.status(of: name).st_mode) {
        collector.add(path) { .special($0, what) }
        return nil
      }
      try collector.read(name, path: path, in: directory)
    case .directory(let directory):
      if !rules.names(path, isDirectory: true) { return enter(directory, path: path, origin: .link(path)) }
    case .outside:
      // A link to a file that is no manifest does no harm; a directory could hold manifests.
      if isManifest || leadsToDirectory(path) { collector.add(path, Diagnostic.leadsOut) }
    case .broken(let reason):
      if isManifest { collector.add(path) { .broken($0, reason) } }
    }
    return nil
  }

  private func leadsToDirectory(_ path: String) -> Bool {
    do throws(SystemFailure) {
      return try root.directory.status(of: path, following: true).st_mode & S_IFMT == S_IFDIR
    } catch {
      return false
    }
  }
}
