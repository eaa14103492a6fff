/// Names of objects that gave their own name to another in a rename, and are still to be deleted.
///
/// The record of such an object is kept under its former name, `~`, and its number. No manifest can declare a name with a `~`,
/// so the two can't meet. The suffix is part of the record alone: every text shows the former name.
public enum DisplacedName {
  private static let mark = UInt8(ascii: "~")

  /// Returns the recorded name of a displaced object.
  ///
  /// - Parameters:
  ///   - name: the name that passed to another object.
  ///   - number: the number of the displaced object's record.
  public static func recorded(_ name: String, number: Int64) -> String { "\(name)~\(number)" }

  /// Returns a name or an identity without the suffixes of displaced names.
  public static func shown(_ text: String) -> String {
    var text = text
    let isPlain = text.withUTF8 { bytes in !bytes.contains(mark) }
    if isPlain { return text }
    return text.split(separator: "/", omittingEmptySubsequences: false)
      .map { $0.prefix { $0 != "~" } }.joined(separator: "/")
  }
}
