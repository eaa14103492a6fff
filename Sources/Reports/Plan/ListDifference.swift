/// The difference of two lists, which fields spell on one line: their elements that are not the same. With it, one changed
/// argument of twelve is seen at once.
struct ListDifference {
  /// Elements that only the old or only the new list has, in order.
  private(set) var removed: [String] = []
  private(set) var added: [String] = []
  /// Number of elements that both have.
  let same: Int

  /// Largest number of pairs of elements that are compared; of longer lists only both ends can be the same.
  private static let mostPairs = 1_000_000

  /// Compares two spellings; nil if one of them is no list, or so little is the same that both are better shown whole.
  init?(_ old: String, _ new: String) {
    guard let old = Self.elements(old), let new = Self.elements(new) else { return nil }
    let before = zip(old, new).prefix { $0 == $1 }.count
    let after = zip(old.reversed(), new.reversed()).prefix(min(old.count, new.count) - before).prefix { $0 == $1 }.count
    let (left, right) = (old[before..<(old.count - after)], new[before..<(new.count - after)])
    var common = 0
    if left.count * right.count <= Self.mostPairs {
      (removed, added, common) = Self.difference(Array(left), Array(right))
    } else {
      (removed, added) = (Array(left), Array(right))
    }
    same = before + common + after
    if same < 3 || same < removed.count + added.count { return nil }
  }

  /// A longest common subsequence, by the usual table.
  private static func difference(_ old: [String], _ new: [String]) -> (removed: [String], added: [String], common: Int)
  {
    var lengths = [[Int]](repeating: [Int](repeating: 0, count: new.count + 1), count: old.count + 1)
    for i in old.indices.reversed() {
      for j in new.indices.reversed() {
        lengths[i][j] = old[i] == new[j] ? lengths[i + 1][j + 1] + 1 : max(lengths[i + 1][j], lengths[i][j + 1])
      }
    }
    var (i, j) = (0, 0)
    var removed: [String] = []
    var added: [String] = []
    while i < old.count || j < new.count {
      if i < old.count, j < new.count, old[i] == new[j] {
        (i, j) = (i + 1, j + 1)
      } else if j == new.count || (i < old.count && lengths[i + 1][j] >= lengths[i][j + 1]) {
        removed.append(old[i])
        i += 1
      } else {
        added.append(new[j])
        j += 1
      }
    }
    return (removed, added, lengths[0][0])
  }

  /// The elements of a list as plans spell it, `[python, "a, b"]`: split at commas outside of quotes; nil if it is none.
  private static func elements(_ text: String) -> [String]? {
    guard text.hasPrefix("["), text.hasSuffix("]") else { return nil }
    var elements: [String] = []
    var element = ""
    var quote: Character?
    var isEscaped = false
    for character in text.dropFirst().dropLast() {
      if let open = quote {
        // A doubled single quote closes and opens again.
        if isEscaped {
          isEscaped = false
        } else if character == "\\", open == "\"" {
          isEscaped = true
        } else if character == open {
          quote = nil
        }
      } else if character == ",", !element.isEmpty {
        elements.append(element)
        element = ""
        continue
      } else if character == " ", element.isEmpty {
        continue
      } else if character == "\"" || character == "'" {
        quote = character
      }
      element.append(character)
    }
    return element.isEmpty ? elements : elements + [element]
  }
}
