/// The rules of a `.berthignore` in the root of a directory. A part of gitignore's, with the same meaning:
///
/// - one pattern a line; empty lines and lines that begin with `#` are ignored, and so is white space at the end
/// - `*` is any run of characters and `?` any one, neither of them `/`; `**` between slashes is any number of directories
/// - a pattern that ends in `/` names directories only
/// - a pattern with another `/` counts from the root; one without matches the last part of a path at any depth
/// - `!` before a pattern takes a path back in; the last pattern that matches decides; nothing below a skipped directory can be
///   taken back in
///
/// There are no character classes and no escapes: `[`, `]` and `\` stand for themselves.
struct IgnoreRules {
  private struct Rule {
    var parts: [[UInt8]]
    var isNegated: Bool
    var isForDirectories: Bool
  }
  private var rules: [Rule] = []

  /// Creates an empty set of rules.
  init() {}

  /// Parses the contents of a `.berthignore`.
  init(_ bytes: [UInt8]) {
    for var line in bytes.split(separator: UInt8(ascii: "\n")) {
      while let last = line.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\t") || last == UInt8(ascii: "\r")
      {
        line.removeLast()
      }
      guard let first = line.first, first != UInt8(ascii: "#") else { continue }
      let isNegated = first == UInt8(ascii: "!")
      if isNegated { line.removeFirst() }
      let isForDirectories = line.last == UInt8(ascii: "/")
      if isForDirectories { line.removeLast() }
      let isAnchored = line.contains(UInt8(ascii: "/"))
      var parts = line.split(separator: UInt8(ascii: "/")).map(Array.init)
      guard !parts.isEmpty else { continue }
      if !isAnchored { parts.insert(Array("**".utf8), at: 0) }
      rules.append(Rule(parts: parts, isNegated: isNegated, isForDirectories: isForDirectories))
    }
  }

  /// Whether a path, relative to the root, is skipped. The caller asks for each directory on the way first.
  func names(_ path: String, isDirectory: Bool) -> Bool {
    guard !rules.isEmpty else { return false }
    let parts = Array(path.utf8).split(separator: UInt8(ascii: "/")).map(Array.init)
    let decisive = rules.last { rule in
      (isDirectory || !rule.isForDirectories)
        && IgnoreRules.match(rule.parts, parts, any: Array("**".utf8)) { pattern, part in
          IgnoreRules.match(pattern, part, any: UInt8(ascii: "*")) { $0 == $1 || $0 == UInt8(ascii: "?") }
        }
    }
    return decisive.map { !$0.isNegated } ?? false
  }

  /// Whether a whole pattern, in which `any` stands for any run of elements, matches all the elements. Goes back to the last
  /// `any` only, which is enough, so that no pattern takes more than their product in steps.
  private static func match<Element: Equatable>(
    _ pattern: [Element], _ elements: [Element], any: Element, by matches: (Element, Element) -> Bool
  ) -> Bool {
    var (position, index) = (0, 0)
    var lastAny: (position: Int, index: Int)?
    while index < elements.count {
      if position < pattern.count && pattern[position] == any {
        lastAny = (position, index)
        position += 1
      } else if position < pattern.count && matches(pattern[position], elements[index]) {
        position += 1
        index += 1
      } else if let last = lastAny {
        position = last.position + 1
        index = last.index + 1
        lastAny = (last.position, index)
      } else {
        return false
      }
    }
    return pattern[position...].allSatisfy { $0 == any }
  }
}
