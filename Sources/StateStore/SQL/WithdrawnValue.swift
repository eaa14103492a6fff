import FleetModel

/// Unique values of withdrawn users and organizations: their e-mail addresses and invite codes. A withdrawn object stays
/// until its last run has ended, while another may already have the value. So its row holds the value followed by
/// U+0001, which no manifest can contain, and the number of the row.
enum WithdrawnValue {
  private static let separator: Character = "\u{1}"

  /// Returns the text that a row holds.
  static func stored<Row>(_ value: String, of id: RowID<Row>, isWithdrawn: Bool) -> String {
    isWithdrawn ? "\(value)\(separator)\(id.value)" : value
  }

  /// Returns the value that a row's text stands for.
  static func value(of stored: String) -> String {
    stored.split(separator: separator, omittingEmptySubsequences: false).first.map(String.init) ?? ""
  }
}
