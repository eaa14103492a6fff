import Glibc
import SystemCalls

/// The names that decide where a path leads: links on its way, parts that do not exist yet, and its last part, which may be
/// replaced. Names are looked up one by one, so that each can be watched before the next.
struct PathWay: Sequence, IteratorProtocol {
  /// Parts that are left, the next one last.
  private var pending: [String]
  /// The directory of the next part.
  private var here: String
  private var links = 0
  private var isOver = false
  /// The link to follow next.
  private var link: String?

  init(_ path: String) {
    pending = path.split(separator: "/").map(String.init).reversed()
    here = path.hasPrefix("/") ? "/" : "."
  }

  mutating func next() -> (name: String, directory: String)? {
    if let link {
      self.link = nil
      follow(link)
    }
    while !isOver, let part = pending.popLast() {
      let directory = here
      let path = here == "/" ? "/" + part : here + "/" + part
      var status = stat()
      let exists = lstat(path, &status) == 0
      let isLink = exists && status.st_mode & S_IFMT == S_IFLNK
      if !exists {
        isOver = true
      } else if isLink {
        link = path
      } else {
        here = path
      }
      if isLink || !exists || pending.isEmpty, part != ".", part != ".." { return (part, directory) }
      if let link {
        self.link = nil
        follow(link)
      }
    }
    return nil
  }

  private mutating func follow(_ link: String) {
    links += 1
    do throws(SystemFailure) {
      let target = String(decoding: try SystemFailure.target(ofLink: link), as: UTF8.self)
      guard links < 40 else {
        isOver = true
        return
      }
      if target.hasPrefix("/") { here = "/" }
      pending += target.split(separator: "/").map(String.init).reversed()
    } catch {
      isOver = true
    }
  }
}
