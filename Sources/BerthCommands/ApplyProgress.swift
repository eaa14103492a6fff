import FleetCore
import FleetModel
import PlanModel
import Reconciliation
import Reports
import Synchronization

/// Tells what an apply does: a timestamped line for each thing that happens, and on a terminal a last line that says what is
/// waited for.
final class ApplyProgress: ReconcilerObserver {
  private let stream: TextStream
  private let isLiveLineShown = Mutex(false)
  /// Engines that have been said not to answer.
  private let silent = Mutex<Set<EngineSpec>>([])

  /// Shows the plan that is carried out, where another was shown before; nil: it has been shown.
  private let showPlan: (@Sendable (Plan) -> Void)?

  init(stream: TextStream, showPlan: (@Sendable (Plan) -> Void)? = nil) {
    self.stream = stream
    self.showPlan = showPlan
  }

  func reconciler(did notice: ReconcilerNotice) {
    switch notice {
    case .planned(let plan): showPlan?(plan)
    case .committed(_, let events):
      let lines = events.compactMap(line)
      if !lines.isEmpty { write(lines.joined()) }
    case .waiting(let convergence): showLive(convergence)
    case .watch: break
    case .engine(let spec, let why?):
      silent.withLock { _ = $0.insert(spec) }
      write(line(SystemTime().now(), "engine \(spec.type)", "does not answer: \(why)", .warning))
    case .engine(let spec, nil):
      // That an engine answers is news only after it has not.
      guard silent.withLock({ $0.remove(spec) }) != nil else { return }
      write(line(SystemTime().now(), "engine \(spec.type)", "answers again", nil))
    }
  }

  /// Takes the live line away.
  func finish() { write("") }

  private func line(_ event: EventRecord) -> String? {
    guard let words = event.progressText else { return nil }
    let name = if case .deployment(let identity) = event.subject { identity.text } else { event.subject.text }
    return line(event.at, name, words, event.style)
  }

  private func line(_ at: Instant, _ name: String, _ words: String, _ style: Style?) -> String {
    stream.palette.paint(LocalTime.text(at), .faint) + " \(VisibleText.escaped(name)) "
      + stream.palette.paint(VisibleText.escaped(words), style) + "\n"
  }

  private func showLive(_ convergence: Convergence) {
    guard stream.isTerminal else { return }
    let parts = [(convergence.running.count, "running"), (convergence.waiting.count, "waiting")]
    let text = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    isLiveLineShown.withLock { isShown in
      stream.write(
        "\r\u{1b}[K"
          + stream.palette.paint(VisibleText.cut("… \(text); Ctrl-C leaves them running", to: stream.width - 1), .faint)
      )
      isShown = true
    }
  }

  private func write(_ text: String) {
    isLiveLineShown.withLock { isShown in
      stream.write((isShown ? "\r\u{1b}[K" : "") + text)
      isShown = false
    }
  }
}
