import Diagnostics
import Dispatch
import FleetCore
import FleetModel
import PlanModel
import Reconciliation
import Reports
import Synchronization

/// Progress output of an apply: on a terminal a live board and a line for each end; elsewhere a timestamped line for
/// each event.
final class ApplyProgress: ReconcilerObserver {
  private struct State {
    var board: ProgressBoard
    var engines = EngineAnswers()
    var display: LiveDisplay?
    /// Width of the plan's longest name.
    var column = 0
  }

  private let stream: TextStream
  private let state: Mutex<State>
  /// Shows the plan that is carried out if it differs from the one shown before; nil if it was shown already.
  private let showPlan: (@Sendable (Plan, _ warnings: [Diagnostic]) -> Void)?
  /// Queue that shows the plan during its commit, because both take long for a large plan. Everything else waits for
  /// it.
  private let planQueue = DispatchQueue(label: "berth.plan")

  /// Columns reserved for the time and the words beside names.
  private static let besideNames = 32

  /// Creates the output of one apply.
  /// - Parameter waits: whether apply runs until everything has converged, so that the board shows starts and they need
  ///   no lines.
  init(stream: TextStream, waits: Bool, showPlan: (@Sendable (Plan, _ warnings: [Diagnostic]) -> Void)? = nil) {
    self.stream = stream
    self.showPlan = showPlan
    state = Mutex(
      State(board: ProgressBoard(begin: SystemTime().now(), printsStarts: !(waits && stream.canRedraw))))
  }

  func reconciler(did notice: ReconcilerNotice) {
    if case .planned(let plan, let warnings) = notice {
      return planQueue.async {
        self.showPlan?(plan, warnings)
        self.begin(plan)
      }
    }
    planQueue.sync {}
    switch notice {
    case .committed(_, let events):
      write { state in state.board.record(events) }
    case .waiting(let convergence): wait(for: convergence)
    case .renamedSource(let former, let name):
      stream.write(stream.note("source \(former) is called \(name) from now on"))
    case .planned, .watch: break
    case .engine(let spec, let unknown): write(spec, unknown)
    case .remark(let spec, let words): state.withLock { write("engine \(spec.type)", words, .warning, $0) }
    }
  }

  /// Shows the deployments that became ready last, and removes the board.
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

  /// Removes the board. May be called again.
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
          hint: "Ctrl-C exits; runs continue", palette: palette)
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

  private func write(_ engine: EngineSpec, _ unknown: String?) {
    state.withLock { state in
      guard let (name, words, style) = state.engines.note(engine, unknown: unknown) else { return }
      write(name, words, style, state)
    }
  }

  private func write(_ name: String, _ words: String, _ style: Style?, _ state: State) {
    let palette = stream.palette
    let text = palette.paint(LocalTime.text(SystemTime().now()), .faint) + " \(VisibleText.escaped(name)) "
    show(text + palette.paint(VisibleText.escaped(words), style) + "\n", state)
  }

  private func show(_ text: String, _ state: State) {
    guard !text.isEmpty else { return }
    if let display = state.display { display.append(text) } else { stream.write(text) }
  }
}
