import Diagnostics
import FleetModel
import PlanModel
import Reconciliation
import Reports
import Synchronization

/// Output of a watch: one line for each event on standard output, as text or as a JSON object; diagnostics on standard
/// error.
final class WatchOutput: ReconcilerObserver {
  /// Version of the JSON lines.
  static let formatVersion: Int64 = 1
  /// Number of equal events in one commit above which only their count is told, in text.
  private static let manyAlike = 20

  private let out: TextStream
  private let error: TextStream
  private let isJSON: Bool
  /// The apply that confirms what the watch holds.
  private let confirming: ApplyCommandLine
  private let engines = Mutex(EngineAnswers())

  init(out: TextStream, error: TextStream, isJSON: Bool, confirming: ApplyCommandLine) {
    self.out = out
    self.error = error
    self.isJSON = isJSON
    self.confirming = confirming
  }

  /// Writes the first JSON line.
  func begin(_ request: WatchRequest) {
    guard isJSON else { return }
    write([
      .init("type", .string("watch")), .init("version", .integer(Self.formatVersion)),
      .init("source", .string(request.source)), .init("paths", .array(request.paths.map(JSONValue.string))),
    ])
  }

  /// Writes the last line.
  func end(_ outcome: ApplyOutcome) {
    let convergence = outcome.convergence
    let word =
      switch outcome.end {
      case .reached: "reached"
      case .stuck: "stuck"
      case .timedOut: "timedOut"
      case .interrupted: "interrupted"
      }
    guard isJSON else {
      if outcome.end == .interrupted { say("watch", "ended; runs continue", .faint) }
      return
    }
    line(
      "ended",
      [
        .init("end", .string(word)), .init("done", .integer(Int64(convergence.done))),
        .init("running", .integer(Int64(convergence.running.count))),
        .init("waiting", .integer(Int64(convergence.waiting.count))),
        .init("held", .integer(Int64(convergence.blocked.count))),
        .init("failed", .array(convergence.failed.map { .string($0.text) })),
      ])
  }

  func reconciler(did notice: ReconcilerNotice) {
    switch notice {
    case .planned, .waiting: break
    case .renamedSource(let former, let name):
      say("watch", "source \(former) is called \(name) from now on", nil)
      line("renamedSource", [.init("former", .string(former)), .init("source", .string(name))])
    case .committed(_, let events): tell(events)
    case .engine(let spec, let unknown):
      guard let (name, words, style) = engines.withLock({ $0.note(spec, unknown: unknown) }) else { return }
      say(name, words, style)
      line(
        "engine",
        [.init("engine", .string(spec.type)), .init("unknown", unknown.map(JSONValue.string) ?? .null)])
    case .remark(let spec, let words):
      say("engine \(spec.type)", words, .warning)
      line("engine", [.init("engine", .string(spec.type)), .init("remark", .string(words))])
    case .watch(let notice): tell(notice)
    }
  }

  // MARK: Events

  private func tell(_ events: [EventRecord]) {
    if isJSON {
      for event in events {
        guard case .object(let fields) = event.json else { continue }
        write([.init("type", .string("event"))] + fields)
      }
      return
    }
    var counts: [EventCode: Int] = [:]
    for case let code? in events.lazy.map(\.code) where Self.canBeCounted(code) { counts[code, default: 0] += 1 }
    let many = counts.filter { $0.value > Self.manyAlike }
    for (code, count) in many.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      say("watch", "\(count) objects \(code.rawValue)", nil)
    }
    for event in events where event.code.flatMap({ many[$0] }) == nil {
      guard let words = event.watchText else { continue }
      let name = if case .deployment(let identity) = event.subject { identity.text } else { event.subject.text }
      out.write(text(event.at, name, words, event.style))
    }
  }

  private static func canBeCounted(_ code: EventCode) -> Bool {
    switch code {
    case .created, .updated, .withdrawn, .deleted: true
    case .retryRequested, .admitted, .started, .stopping, .ended, .completed, .failed, .nominationEnded, .engineError,
      .unknown, .orphan:
      false
    }
  }

  // MARK: Notices

  private func tell(_ notice: WatchNotice) {
    switch notice {
    case .began(let declared):
      say("watch", "\(declared) deployment\(declared == 1 ? "" : "s") recorded; watching", .strong)
      line("began", [.init("deployments", .integer(Int64(declared)))])
    case .warnings(let warnings): error.write(error.diagnostics(warnings))
    case .broken(let problem): tell(problem)
    case .repaired:
      say("manifests", "valid again", .added)
      line("repaired", [])
    case .held(let refusals):
      // The first is the most serious; one command confirms them all.
      guard let refusal = refusals.first else { break }
      let command = confirming.text(with: refusals.compactMap(\.confirmation))
      say("manifests", "deletions are held: \(refusal.text); if this is intended, run \(command)", .warning)
      line("held", [.init("code", .string(refusal.code)), .init("message", .string(refusal.text))])
    case .released:
      say("manifests", "deletions are no longer held", .added)
      line("released", [])
    case .lacksNotifications(let limit):
      say("watch", "the system refuses inotify: checking for changes every 5s; \(limit.advice)", .warning)
      line("lacksNotifications", [.init("setting", .string(limit.name))])
    case .stateTrouble(let why):
      say("state", "\(why); retrying", .warning)
      line("stateTrouble", [.init("message", .string(why))])
    }
  }

  private func tell(_ problem: WatchProblem) {
    let goesOn = "continuing with the last applied manifests"
    switch problem {
    case .invalid(let diagnostics):
      error.write(error.diagnostics(diagnostics))
      let count = diagnostics.count { $0.severity == .error }
      say("manifests", "invalid, \(count) error\(count == 1 ? "" : "s"): \(goesOn)", .error)
      line("broken", [.init("errors", .integer(Int64(count))), .init("messages", Self.messages(diagnostics))])
    case .unreadable(let why):
      say("manifests", "\(why.description): \(goesOn)", .error)
      line("broken", [.init("errors", .integer(1)), .init("messages", .array([.string(why.description)]))])
    case .refused(let refusals):
      for refusal in Refusal.summaries(of: refusals) { say("manifests", "\(refusal.text); \(refusal.advice)", .error) }
      say("manifests", "not applied: \(goesOn)", .error)
      line(
        "broken",
        [
          .init("errors", .integer(Int64(refusals.count))),
          .init("messages", .array(refusals.map { .string($0.text) })),
        ])
    }
  }

  private static func messages(_ diagnostics: [Diagnostic]) -> JSONValue {
    .array(
      diagnostics.filter { $0.severity == .error }.map { diagnostic in
        let place = diagnostic.place.map { "\($0.file):\($0.line):\($0.column): " } ?? ""
        return .string(place + diagnostic.message)
      })
  }

  // MARK: Lines

  private func say(_ name: String, _ words: String, _ style: Style?) {
    if !isJSON { out.write(text(SystemTime().now(), name, words, style)) }
  }

  private func text(_ at: Instant, _ name: String, _ words: String, _ style: Style?) -> String {
    let time = out.isTerminal ? LocalTime.text(at) : at.utcText
    return out.palette.paint(time, .faint) + " \(VisibleText.escaped(name)) "
      + out.palette.paint(VisibleText.escaped(words), style) + "\n"
  }

  private func line(_ type: String, _ fields: [JSONValue.Field]) {
    guard isJSON else { return }
    write([.init("type", .string(type)), .init("at", .string(SystemTime().now().utcText))] + fields)
  }

  private func write(_ fields: [JSONValue.Field]) {
    out.write(JSONValue.object(fields).text(isIndented: false) + "\n")
  }
}

extension EventRecord {
  /// Words after the subject's name; nil if another event says the same.
  fileprivate var watchText: String? {
    switch code {
    case .created: "created"
    case .updated: "updated"
    case .withdrawn: "withdrawn"
    case .ended: message.hasPrefix("ended ") ? message : "ended: \(message)"
    case .deleted, .retryRequested, .admitted, .started, .stopping, .completed, .failed, .nominationEnded, .engineError,
      .unknown, .orphan, nil:
      progressText
    }
  }
}

extension Refusal {
  /// The flag of an apply beside the watch that confirms deletions; nil for other refusals.
  fileprivate var confirmation: String? {
    switch self {
    case .deletesTooMuch(let count, _): "--confirm-prune \(count)"
    case .emptySource: "--allow-empty"
    default: nil
    }
  }
}
