import FleetModel
import PlanModel

/// Progress of a plan on a terminal: a line for each deployment that starts, runs or stops, the waiting ones, and
/// counts. A value that consumes events and renders itself for a time and a size.
public struct ProgressBoard: Sendable {
  /// Phase of a deployment in motion.
  enum Phase: String, Sendable {
    case starting, running, stopping
  }

  struct Entry: Sendable {
    var phase: Phase
    /// Time at which the phase began.
    var since: Instant
    /// Number of runs begun since the board was created.
    var runs: Int
  }

  private(set) var moving: [DeploymentIdentity: Entry] = [:]
  /// Deployments that have waited since the last update, in queue order; only those in `waitingNow` still do.
  private var waiting: [DeploymentIdentity] = []
  private var waitingNow: Set<DeploymentIdentity> = []
  /// All deployments that the board counts.
  private var known: Set<DeploymentIdentity> = []
  /// Deployments that have completed or are ready.
  private var done: Set<DeploymentIdentity> = []
  private var failed: Set<DeploymentIdentity> = []
  private var runs: [DeploymentIdentity: Int] = [:]
  /// Duration of the run that just ended.
  private var durations: [DeploymentIdentity: TimeSpan] = [:]
  private let printsStarts: Bool
  let begin: Instant

  /// Creates an empty board.
  /// - Parameter printsStarts: whether starts produce lines, because the board is not shown or starts are all that is
  ///   waited for.
  public init(begin: Instant, printsStarts: Bool) {
    self.begin = begin
    self.printsStarts = printsStarts
  }

  var doneCount: Int { done.count }
  var failedCount: Int { failed.count }
  var knownCount: Int { known.count }

  /// Registers what the plan will do.
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

  /// Consumes events that happened together.
  /// - Returns: lines to keep; everything else shows on the board while it lasts.
  public mutating func record(_ events: [EventRecord]) -> [ProgressLine] {
    let decided = Set(events.filter { $0.code == .completed || $0.code == .failed }.map(\.subject))
    return events.compactMap { event in
      guard case .deployment(let identity) = event.subject else { return ProgressLine(event, event.progressText) }
      return record(event, identity, isDecided: decided.contains(event.subject))
    }
  }

  /// Consumes one event.
  /// - Parameter isDecided: whether another event tells the result of the run that ended.
  private mutating func record(_ event: EventRecord, _ identity: DeploymentIdentity, isDecided: Bool) -> ProgressLine? {
    switch event.code {
    case .admitted:
      runs[identity, default: 0] += 1
      known.insert(identity)
      done.remove(identity)
      failed.remove(identity)
      waitingNow.remove(identity)
      move(identity, .starting, event.at)
      return nil
    case .started:
      move(identity, .running, event.at)
      return printsStarts ? ProgressLine(event, event.progressText) : nil
    case .stopping: move(identity, .stopping, event.at)
    case .ended:
      let last = moving.removeValue(forKey: identity)
      if let last, last.phase == .running { durations[identity] = event.at - last.since }
      // Completion and failure have events of their own, and a stop has been announced.
      if isDecided || last?.phase == .stopping { return nil }
      return ProgressLine(event, event.message + after(identity), .warning)
    case .completed:
      done.insert(identity)
      return ProgressLine(event, "completed" + after(identity), event.style)
    case .failed:
      moving[identity] = nil
      failed.insert(identity)
      return ProgressLine(event, "failed\(after(identity)): \(event.message)", event.style)
    case .deleted:
      moving[identity] = nil
      known.remove(identity)
      done.remove(identity)
      failed.remove(identity)
      waitingNow.remove(identity)
    case .created, .updated, .withdrawn, .retryRequested, .nominationEnded, .engineError, .unknown, .orphan, nil: break
    }
    return ProgressLine(event, event.progressText)
  }

  /// Updates the deployments that are waited for. One that was running and is no longer waited for is ready.
  /// - Returns: the deployments that have become ready.
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

  /// Duration of the last run as ` after 2m 5s`; empty if the start has a line of its own.
  private mutating func after(_ identity: DeploymentIdentity) -> String {
    // A start is observed later than it happens, so durations below a second would be wrong.
    let span = durations.removeValue(forKey: identity).flatMap { $0 < .seconds(1) ? nil : $0 }
    return printsStarts ? "" : span.map { " after \($0.humanText)" } ?? ""
  }

  /// Number of waiting deployments, and the first of them.
  func waitingNow(first count: Int) -> (names: [DeploymentIdentity], count: Int) {
    (Array(waiting.lazy.filter(waitingNow.contains).prefix(count)), waitingNow.count)
  }
}

/// A line that stays after the board is gone.
public struct ProgressLine: Sendable {
  /// Time of the event.
  public var at: Instant
  /// The object.
  public var subject: ObjectIdentity
  /// Words after the name, not yet escaped.
  public var words: String
  /// Style of the words.
  public var style: Style?

  init?(_ event: EventRecord, _ words: String?, _ style: Style? = nil) {
    guard let words else { return nil }
    at = event.at
    subject = event.subject
    self.words = words
    self.style = style ?? event.style
  }

  /// Creates the line about a deployment that has become ready.
  public init(up identity: DeploymentIdentity, at: Instant) {
    self.at = at
    subject = .deployment(identity)
    words = "is ready"
    style = .added
  }

  /// The line with its line break: `12:04:05 vision/lab/train completed after 2m 5s`.
  /// - Parameters:
  ///   - column: width to which names are padded.
  ///   - time: formats a time.
  public func text(column: Int = 0, palette: Palette = .plain, time: (Instant) -> String) -> String {
    let name = VisibleText.escaped(name)
    let padding = String(repeating: " ", count: max(0, column - VisibleText.width(name)))
    return palette.paint(time(at), .faint) + " \(name)\(padding) " + palette.paint(VisibleText.escaped(words), style)
      + "\n"
  }

  /// Identity of a deployment, or kind and identity of other objects; most lines are about deployments.
  private var name: String {
    if case .deployment(let identity) = subject { identity.text } else { subject.text }
  }
}
