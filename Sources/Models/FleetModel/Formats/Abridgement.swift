/// A list of which only both ends are shown if it is long.
public struct Abridgement<Element> {
  /// The beginning; the whole list if it is not long.
  public let first: ArraySlice<Element>
  /// Number of elements that are left out in the middle.
  public let omitted: Int
  /// The end; empty if nothing is left out.
  public let last: ArraySlice<Element>

  /// Creates an abridgement.
  ///
  /// - Parameter ends: number of elements that are kept at each end of a list that is longer than both together, and one
  ///   more: that one takes no more space than the remark that it is left out.
  public init(_ list: [Element], ends: Int) {
    if list.count <= 2 * ends + 1 {
      (first, omitted, last) = (list[...], 0, [])
    } else {
      (first, omitted, last) = (list.prefix(ends), list.count - 2 * ends, list.suffix(ends))
    }
  }

  /// The elements that are kept, in order.
  public var kept: [Element] { Array(first + last) }
}

extension Abridgement where Element == String {
  /// The words that are kept, with a remark in place of those that are left out: `a`, `b`, `… (7 more)`, `j`, `k`.
  public var words: [String] { omitted == 0 ? Array(first) : first + ["… (\(omitted) more)"] + last }
}
