import Dispatch
import FleetCore
import FleetModel
import PlanModel
import Reconciliation
import Reports
import Synchronization

/// Tells what an apply does: on a terminal a board of what moves, with a line that stays for each end; elsewhere a timestamped
/// line for each thing that happens.
final class ApplyProgress: ReconcilerObserver {
  private struct State {
    var board: ProgressBoard
    /// Engines that have been said not to answer.
    var silent: Set<EngineSpec> = []
    var display: LiveDisplay?
    /// The widest name that the plan is about.
    var column = 0
  }

  private let stream: TextStream
  private let state: Mutex<State>
  /// Shows the plan that is carried out, where another was shown before; nil: it has been shown.
  private let showPlan: (@Sendable (Plan) -> Void)?
  /// Shows the plan beside its commit, which takes as long for a large one. Whatever is to be told after it waits for it.
  private let planQueue = DispatchQueue(label: "berth.plan")

  /// The columns that are left for the time and what happens, where names are filled up to a common width.
  private static let besideNames = 32

  /// - Parameter waits: it goes on until all is done, so that starts are only seen while they last.
  init(stream: TextStream, waits: Bool, showPlan: (@Sendable (Plan) -> Void)? = nil) {
    self.stream = stream
    self.showPlan = showPlan
    state = Mutex(
      State(board: ProgressBoard(begin: SystemTime().now(), tellsStarts: !(waits && stream.canRedraw))))
  }

  func reconciler(did notice: ReconcilerNotice) {
    if case .planned(let plan) = notice {
      return planQueue.async {
        self.showPlan?(plan)
        self.begin(plan)
      }
    }
    planQueue.sync {}
    switch notice {
    case .committed(_, let events):
      write { state in state.board.take(events) }
    case .waiting(let convergence): wait(for: convergence)
    case .planned, .watch: break
    case .engine(let spec, let why?):
      write("engine \(spec.type)", "does not answer: \(why)", .warning) { state in state.silent.insert(spec).inserted }
    case .engine(let spec, nil):
      // That an engine answers is news only after it has not.
      write("engine \(spec.type)", "answers again", nil) { state in state.silent.remove(spec) != nil }
    }
  }

  /// It is over: tells what has come up last, and takes the board away.
  func finish(with convergence: Convergence) {
    planQueue.sync {}
    wait(for: convergence)
    finish()
  }

  private func wait(for convergence: Convergence) {
    let now = SystemTime().now()
    write { state in
      let up = state.board.wait(running: convergence.running, waiting: convergence.waiting)
      return self.stream.canRedraw ? up.map { ProgressLine(up: $0, at: now) } : []
    }
  }

  /// Takes the board away. May be called again.
  func finish() {
    planQueue.sync {}
    state.withLock { $0.display }?.finish()
  }

  private func begin(_ plan: Plan) {
    state.withLock { state in
      state.board.plan(plan)
      guard stream.canRedraw else { return }
      let names = plan.actions.compactMap { action in
        if case .deployment(let identity) = action.identity { VisibleText.width(identity.text) } else { nil }
      }
      state.column = min(names.max() ?? 0, max(0, stream.width - Self.besideNames))
      let palette = stream.palette
      state.display = LiveDisplay(stream) { [weak self] width, height, tick in
        guard let board = self?.state.withLock({ $0.board }) else { return [] }
        return board.frame(
          now: SystemTime().now(), width: width, height: height, tick: tick,
          hint: "Ctrl-C ends this and leaves them running", palette: palette)
      }
    }
  }

  private func write(_ lines: (inout State) -> [ProgressLine]) {
    state.withLock { state in
      let lines = lines(&state)
      let text = lines.map { $0.text(column: state.column, palette: stream.palette, time: LocalTime.text) }.joined()
      show(text, state)
    }
  }

  private func write(_ name: String, _ words: String, _ style: Style?, if isNews: (inout State) -> Bool) {
    let palette = stream.palette
    state.withLock { state in
      guard isNews(&state) else { return }
      let text = palette.paint(LocalTime.text(SystemTime().now()), .faint) + " \(VisibleText.escaped(name)) "
      show(text + palette.paint(VisibleText.escaped(words), style) + "\n", state)
    }
  }

  private func show(_ text: String, _ state: State) {
    guard !text.isEmpty else { return }
    if let display = state.display { display.append(text) } else { stream.write(text) }
  }
}
