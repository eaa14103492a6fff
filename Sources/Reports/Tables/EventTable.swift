import FleetModel

/// Events, the last one last.
public struct EventTable {
  private let showsSubject: Bool
  private let time: (Instant) -> String

  /// Makes a table.
  /// - Parameters:
  ///   - showsSubject: false: all are about one object, which the reader knows.
  ///   - time: how times are written; in UTC unless said otherwise.
  public init(showsSubject: Bool = true, time: @escaping (Instant) -> String = \.utcText) {
    self.showsSubject = showsSubject
    self.time = time
  }

  /// When, about what, the word and the sentence; where there is no room for all, the sentence alone is cut.
  public func table(_ events: [EventRecord]) -> TextTable {
    var columns = [
      TextTable.Column("TIME", isWhole: true), TextTable.Column("OBJECT", isWhole: true),
      TextTable.Column("EVENT", isWhole: true), TextTable.Column("MESSAGE"),
    ]
    if !showsSubject { columns.remove(at: 1) }
    return TextTable(
      columns: columns,
      rows: events.map { event in
        var cells = [
          TextTable.Cell(time(event.at), .faint), TextTable.Cell(event.subjectText),
          TextTable.Cell(event.code, event.style), TextTable.Cell(event.message),
        ]
        if !showsSubject { cells.remove(at: 1) }
        return cells
      })
  }
}

extension EventRecord {
  /// What it is about: a deployment by its identity alone, for most are about one, and others with their kind.
  fileprivate var subjectText: String {
    if case .deployment(let identity) = subject { identity.text } else { subject.text }
  }

  /// All of it.
  public var json: JSONValue {
    .object([
      .init("at", .string(at.utcText)), .init("kind", .string(subject.kind.rawValue)),
      .init("identity", .string(subject.path)), .init("run", run.map { .string($0.text) } ?? .null),
      .init("code", .string(code)), .init("message", .string(message)),
    ])
  }
}
