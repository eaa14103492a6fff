/// The most likely intended name for a misspelled one.
public enum NearestName {
  /// Returns the nearest candidate by edit distance if it is near enough: at most a third of the letters differ, or
  /// only case and separators do. Ties go to the alphabetically first.
  public static func of(_ name: String, among candidates: some Sequence<String>) -> String? {
    let wanted = Array(name.unicodeScalars.prefix(128))
    let plainWanted = plain(name)
    var best: (name: String, distance: Int)?
    for candidate in candidates {
      let letters = Array(candidate.unicodeScalars)
      let limit = max(1, max(wanted.count, letters.count) / 3)
      let isSpelling = !plainWanted.isEmpty && plain(candidate) == plainWanted
      let isPrefix = wanted.count >= 3 && letters.count > wanted.count && letters.starts(with: wanted)
      guard isSpelling || isPrefix || abs(letters.count - wanted.count) <= limit, letters.count <= 256 else { continue }
      let distance = isSpelling ? 0 : isPrefix ? 1 : editDistance(wanted, letters)
      guard distance <= limit || isPrefix else { continue }
      if best.map({ distance < $0.distance || (distance == $0.distance && candidate < $0.name) }) ?? true {
        best = (candidate, distance)
      }
    }
    return best?.name
  }

  /// Returns `did you mean "ram"?` if there is a nearest name.
  public static func hint(for name: String, among candidates: some Sequence<String>) -> String? {
    of(name, among: candidates).map { "did you mean \"\($0)\"?" }
  }

  private static func plain(_ name: String) -> String { name.lowercased().filter { $0 != "-" && $0 != "_" } }

  /// The optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbors cost 1 each.
  static func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    for i in 1...left.count {
      var row = [i] + [Int](repeating: 0, count: right.count)
      for j in 1...right.count {
        let change = left[i - 1] == right[j - 1] ? 0 : 1
        row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + change)
        if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
          row[j] = min(row[j], beforeLast[j - 2] + 1)
        }
      }
      beforeLast = last
      last = row
    }
    return last[right.count]
  }
}
