import FleetModel

/// Events in order of time.
public struct EventTable {
  private let showsSubject: Bool
  private let time: (Instant) -> String

  /// Creates a table.
  /// - Parameters:
  ///   - showsSubject: false if all events are about one object that the reader knows.
  ///   - time: formats a time, in UTC by default.
  public init(showsSubject: Bool = true, time: @escaping (Instant) -> String = \.utcText) {
    self.showsSubject = showsSubject
    self.time = time
  }

  /// Columns for time, object, code and message; if there is not enough room, only the message is cut.
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
          TextTable.Cell(event.codeText, event.style), TextTable.Cell(event.message),
        ]
        if !showsSubject { cells.remove(at: 1) }
        return cells
      })
  }
}

extension EventRecord {
  /// Identity of a deployment, or kind and identity of other objects; most events are about deployments.
  fileprivate var subjectText: String {
    if case .deployment(let identity) = subject { identity.text } else { subject.text }
  }

  /// All fields.
  public var json: JSONValue {
    .object([
      .init("at", .string(at.utcText)), .init("kind", .string(subject.kind.rawValue)),
      .init("identity", .string(subject.path)), .init("run", run.map { .string($0.text) } ?? .null),
      .init("code", .string(codeText)), .init("message", .string(message)),
    ])
  }
}
