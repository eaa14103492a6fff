import ArgumentParser
import FleetModel
import Reconciliation
import Reports
import StateStore

struct Events: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show events, the newest last.",
    discussion: "Events are kept for 90 days, including events of deleted objects.")

  enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

  @Argument(
    help: ArgumentHelp(
      "Show only events of this object: vision/lab/train, or cluster/vision/lab.", valueName: "identity"),
    completion: Completion.objects)
  var identity: String?
  @Option(help: ArgumentHelp("Show only events of this last period: 90s, 40m, 2h, 1d.", valueName: "duration"))
  var since: DurationArgument?
  @Flag(name: .shortAndLong, help: "Keep showing new events; JSON output is then one object per line.")
  var follow = false
  @Option(name: .shortAndLong, help: "Output format: table, json.")
  var output: Format = .table
  @OptionGroup var state: StateOptions
  @OptionGroup var printing: PrintOptions

  /// Interval between reads of the state while following.
  private static let pause = TimeSpan.milliseconds(500)

  func run() async throws {
    let store = try StateSession.required(state).store
    let time = SystemTime()
    var filter = EventFilter(since: since.map { time.now() + TimeSpan(nanoseconds: -$0.span.nanoseconds) })
    if let identity {
      filter.subject = try ObjectSearch(store: store).identity(identity, remembers: true)
    }
    let events = try store.events(filter)
    if events.isEmpty, !follow { printing.error.write("no events\n") }
    show(events.map(\.event), isFirst: true)
    guard follow else { return }
    filter.after = try events.last?.number ?? store.events(EventFilter(limit: 1)).last?.number ?? 0
    let (out, rest) = (printing.output, filter)
    let following = self
    try await Interruption.interrupting {
      var filter = rest
      while !out.hasNoReader {
        try await time.sleep(until: time.now() + Self.pause)
        let events = try store.events(filter)
        filter.after = events.last?.number ?? filter.after
        following.show(events.map(\.event), isFirst: false)
      }
    }
  }

  private func show(_ events: [EventRecord], isFirst: Bool) {
    let out = printing.output
    switch output {
    case .table:
      if events.isEmpty { return }
      let times: (Instant) -> String =
        out.isTerminal ? LocalTime.texts(of: events.map(\.at), now: SystemTime().now()) : \.utcText
      let table = EventTable(showsSubject: identity == nil, time: times).table(events)
      out.write(table.text(width: out.isTerminal ? out.width : nil, palette: out.palette, showsTitles: isFirst))
    case .json where follow: for event in events { out.write(event.json.text(isIndented: false) + "\n") }
    case .json: out.write(JSONValue.array(events.map(\.json)).text() + "\n")
    }
  }
}
