import FleetModel

/// Events, the last one last.
public struct EventTable {
  private let showsSubject: Bool

  /// Makes a table.
  /// - Parameter showsSubject: false: all are about one object, which the reader knows.
  public init(showsSubject: Bool = true) { self.showsSubject = showsSubject }

  /// When, about what, the word and the sentence.
  public func table(_ events: [EventRecord]) -> TextTable {
    var columns = [
      TextTable.Column("TIME"), TextTable.Column("OBJECT"), TextTable.Column("EVENT"), TextTable.Column("MESSAGE"),
    ]
    if !showsSubject { columns.remove(at: 1) }
    return TextTable(
      columns: columns,
      rows: events.map { event in
        var cells = [
          TextTable.Cell(event.at.utcText, .faint), TextTable.Cell(event.subject.text),
          TextTable.Cell(event.code, event.style), TextTable.Cell(event.message),
        ]
        if !showsSubject { cells.remove(at: 1) }
        return cells
      })
  }
}

extension EventRecord {
  /// All of it.
  public var json: JSONValue {
    .object([
      .init("at", .string(at.utcText)), .init("kind", .string(subject.kind.rawValue)),
      .init("identity", .string(subject.path)), .init("run", run.map { .string($0.text) } ?? .null),
      .init("code", .string(code)), .init("message", .string(message)),
    ])
  }
}
