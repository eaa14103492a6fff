import FleetModel
import Reports
import StateStore

/// The newest events of one object.
struct LastEvents {
  /// Events in order of time.
  let events: [EventRecord]
  /// Command that shows all events; nil if none are left out.
  private let rest: String?

  /// Number of events that are shown.
  static let shown = 10

  init(of identity: ObjectIdentity, in store: StateStore) throws {
    let found = try store.events(EventFilter(subject: identity, limit: Self.shown + 1)).map(\.event)
    events = found.suffix(Self.shown)
    rest = found.count > Self.shown ? "berth events \(identity.reference)" : nil
  }

  /// Adds the table, with a heading that says if there are more.
  func add(to sheet: inout Sheet, time: @escaping (Instant) -> String = \.utcText) {
    let title = rest.map { "Events (the last \(Self.shown); all: \($0))" } ?? "Events"
    sheet.add(title, EventTable(showsSubject: false, time: time).table(events))
  }

  var json: JSONValue { .array(events.map(\.json)) }
}
