import FleetModel
import PlanModel

/// What moves while a plan is carried out, as a terminal shows it: a line a deployment that starts, runs or stops, what waits,
/// and the counts. A value that is told what happens and draws itself for a time and a size.
public struct ProgressBoard: Sendable {
  /// How a deployment moves.
  enum Phase: String, Sendable {
    case starting, running, stopping
  }

  struct Entry: Sendable {
    var phase: Phase
    /// When the phase began.
    var since: Instant
    /// How many runs were begun while one looked.
    var runs: Int
  }

  private(set) var moving: [DeploymentIdentity: Entry] = [:]
  /// What has waited since one last looked, in the order of the queues; of these only `waitingNow` still do.
  private var waiting: [DeploymentIdentity] = []
  private var waitingNow: Set<DeploymentIdentity> = []
  /// All that it is about.
  private var known: Set<DeploymentIdentity> = []
  /// What has come to its end, or is up.
  private var done: Set<DeploymentIdentity> = []
  private var failed: Set<DeploymentIdentity> = []
  private var runs: [DeploymentIdentity: Int] = [:]
  /// How long a run took that has ended in this moment.
  private var lasted: [DeploymentIdentity: TimeSpan] = [:]
  private let tellsStarts: Bool
  let begin: Instant

  /// An empty board.
  /// - Parameter tellsStarts: that something starts stays to be read, because nobody sees the board or that is all one waits
  ///   for.
  public init(begin: Instant, tellsStarts: Bool) {
    self.begin = begin
    self.tellsStarts = tellsStarts
  }

  var doneCount: Int { done.count }
  var failedCount: Int { failed.count }
  var knownCount: Int { known.count }

  /// What is going to be done.
  public mutating func plan(_ plan: Plan) {
    for action in plan.actions {
      guard case .deployment(let identity) = action.identity else { continue }
      switch action.kind {
      case .start: known.insert(identity)
      case .hold(.suspended), .hold(.protected), .hold(.dependantsRemain): continue
      case .hold(.failed):
        known.insert(identity)
        failed.insert(identity)
      case .hold:
        known.insert(identity)
        waiting.append(identity)
        waitingNow.insert(identity)
      case .register, .update, .stop, .preempt, .prune: continue
      }
    }
  }

  /// Something has happened, in one moment.
  /// - Returns: what stays to be read of it; the rest the board shows while it is so.
  public mutating func take(_ events: [EventRecord]) -> [ProgressLine] {
    let decided = Set(events.filter { $0.code == "completed" || $0.code == "failed" }.map(\.subject))
    return events.compactMap { event in
      guard case .deployment(let identity) = event.subject else { return ProgressLine(event, event.progressText) }
      return take(event, identity, isDecided: decided.contains(event.subject))
    }
  }

  /// - Parameter isDecided: another event says what comes of the run that has ended.
  private mutating func take(_ event: EventRecord, _ identity: DeploymentIdentity, isDecided: Bool) -> ProgressLine? {
    switch event.code {
    case "admitted":
      runs[identity, default: 0] += 1
      known.insert(identity)
      done.remove(identity)
      failed.remove(identity)
      waitingNow.remove(identity)
      move(identity, .starting, event.at)
      return nil
    case "started":
      move(identity, .running, event.at)
      return tellsStarts ? ProgressLine(event, event.progressText) : nil
    case "stopping": move(identity, .stopping, event.at)
    case "ended":
      let last = moving.removeValue(forKey: identity)
      if let last, last.phase == .running { lasted[identity] = event.at - last.since }
      // What completes or fails says so in an event of its own, and a stop has been announced.
      if isDecided || last?.phase == .stopping { return nil }
      return ProgressLine(event, event.message + after(identity), .warning)
    case "completed":
      done.insert(identity)
      return ProgressLine(event, "completed" + after(identity), event.style)
    case "failed":
      moving[identity] = nil
      failed.insert(identity)
      return ProgressLine(event, "failed\(after(identity)): \(event.message)", event.style)
    case "deleted":
      moving[identity] = nil
      known.remove(identity)
      done.remove(identity)
      failed.remove(identity)
      waitingNow.remove(identity)
    default: break
    }
    return ProgressLine(event, event.progressText)
  }

  /// What is waited for now. What was running and is not waited for any more is up.
  /// - Returns: the deployments that have come up.
  public mutating func wait(running: [DeploymentIdentity], waiting: [DeploymentIdentity]) -> [DeploymentIdentity] {
    let still = Set(running + waiting)
    self.waiting = waiting.filter { moving[$0] == nil }
    waitingNow = Set(self.waiting)
    known.formUnion(still)
    let up = moving.filter { $0.value.phase == .running && !still.contains($0.key) }.keys.sorted()
    for identity in up {
      moving[identity] = nil
      done.insert(identity)
    }
    return up
  }

  private mutating func move(_ identity: DeploymentIdentity, _ phase: Phase, _ at: Instant) {
    moving[identity] = Entry(phase: phase, since: at, runs: runs[identity] ?? 1)
  }

  /// ` after 2m 5s`: how long the last run took; nothing where its start can be read as well.
  private mutating func after(_ identity: DeploymentIdentity) -> String {
    // When a start is seen is not when it was: what lasts less than a second is not told exactly enough.
    let span = lasted.removeValue(forKey: identity).flatMap { $0 < .seconds(1) ? nil : $0 }
    return tellsStarts ? "" : span.map { " after \($0.humanText)" } ?? ""
  }

  /// How many wait, and the first of them.
  func waitingNow(first count: Int) -> (names: [DeploymentIdentity], count: Int) {
    (Array(waiting.lazy.filter(waitingNow.contains).prefix(count)), waitingNow.count)
  }
}

/// Something that stays to be read after the board has gone.
public struct ProgressLine: Sendable {
  /// When it happened.
  public var at: Instant
  /// What it is about.
  public var subject: ObjectIdentity
  /// What follows the name; not yet escaped.
  public var words: String
  /// How it looks.
  public var style: Style?

  init?(_ event: EventRecord, _ words: String?, _ style: Style? = nil) {
    guard let words else { return nil }
    at = event.at
    subject = event.subject
    self.words = words
    self.style = style ?? event.style
  }

  /// The line that something has come up.
  public init(up identity: DeploymentIdentity, at: Instant) {
    self.at = at
    subject = .deployment(identity)
    words = "is up"
    style = .added
  }

  /// `12:04:05 vision/lab/train completed after 2m 5s`, with its line break.
  /// - Parameters:
  ///   - column: the width to which names are filled up.
  ///   - time: how the time is written.
  public func text(column: Int = 0, palette: Palette = .plain, time: (Instant) -> String) -> String {
    let name = VisibleText.escaped(name)
    let padding = String(repeating: " ", count: max(0, column - VisibleText.width(name)))
    return palette.paint(time(at), .faint) + " \(name)\(padding) " + palette.paint(VisibleText.escaped(words), style)
      + "\n"
  }

  /// A deployment by its identity alone, for most are about one, and others with their kind.
  private var name: String {
    if case .deployment(let identity) = subject { identity.text } else { subject.text }
  }
}
