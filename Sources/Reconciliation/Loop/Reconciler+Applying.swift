import EngineInterface
import FleetCore
import FleetModel
import PlanModel
import StateStore

extension Reconciler {
  /// How often a reconciler that waits without the lock sees whether another process has written.
  static let tickInterval = TimeSpan.seconds(1)
  /// How often it is counted at most what is done, while a job runs.
  static let countingPause = TimeSpan.milliseconds(250)
  /// How long calls that are under way may take when it is to end early.
  static let shutdownTimeout = TimeSpan.seconds(5)

  /// Carries a request out, and goes on until its goal. Cancelling the task interrupts it; what runs goes on.
  ///
  /// - Parameter shown: the plan that somebody has agreed to: another one is refused. Nil: whatever the plan is.
  /// - Throws: `ReconcilerError` when it is refused, `StateError` when the state can't be read, locked or written.
  public func apply(_ request: ApplyRequest, shown: Plan?, goal: ApplyGoal, timeout: TimeSpan? = nil) async throws
    -> ApplyOutcome
  {
    try await lock.acquire(as: holder, timeout: request.lockTimeout)
    defer {
      lock.release()
      endTasks()
    }
    _ = try load()
    let cursors = try await begin(request, shown: shown)
    watchAll(from: cursors)
    if let timeout {
      deadline = time.now() + timeout
      postLater(.deadline, after: timeout)
    }
    let end = try await withTaskCancellationHandler {
      try await loop(request.options.source, goal)
    } onCancel: {
      mailbox.post(.cancelled)
    }
    if lock.isHeld, !overfull.isEmpty { try await forgetWhatIsOver(of: overfull) }
    return outcome(end, of: request.options.source)
  }

  /// Plans, and takes what the plan began with for what is: its first steps are those of carrying it out.
  private func begin(_ request: ApplyRequest, shown: Plan?) async throws -> [EngineSpec: ObservationCursor] {
    var planned = try await planned(request, toBegin: true)
    let plan = planned.plan
    if !plan.refusals.isEmpty { throw ReconcilerError.refused(plan) }
    if let shown, shown.actions != plan.actions || shown.changes != plan.changes {
      throw ReconcilerError.stalePlan(shown: shown, now: plan)
    }
    observer?.reconciler(did: .planned(plan))
    if let (fleet, effects) = planned.begun.take() {
      self.fleet = fleet
      isLoaded = true
      try await takeUp(effects, noting: planned.files)
    } else {
      _ = try load()
    }
    return planned.cursors
  }

  func outcome(_ end: ApplyOutcome.End, of source: String) -> ApplyOutcome {
    ApplyOutcome(
      end: end, convergence: fleet.convergence(of: source, now: time.now()),
      holds: fleet.holds(of: source, now: time.now()), failedStarts: failedStarts.sorted(), actions: actions)
  }

  /// How a wait for a goal ends at this point, when all that was asked for has come out; nil: it goes on.
  func end(of goal: ApplyGoal, _ convergence: Convergence) -> ApplyOutcome.End? {
    switch goal {
    case .carriedOut: .reached
    case .started: convergence.isStarted ? .reached : convergence.isStuckBeforeStart ? .stuck : nil
    case .converged: convergence.isConverged ? .reached : convergence.isStuck ? .stuck : nil
    }
  }

  /// How messages end the work; nil: it goes on.
  ///
  /// Calls that are under way come out first, for a moment: it is kinder to the next who takes over.
  /// - Parameter early: the end that waits for them.
  func end(by messages: [Message], _ early: inout ApplyOutcome.End?) -> ApplyOutcome.End? {
    for message in messages {
      let end: ApplyOutcome.End
      switch message {
      case .cancelled: end = .interrupted
      case .deadline: end = .timedOut
      default: continue
      }
      if early != nil || !lock.isHeld { return early ?? end }
      early = end
      postLater(.deadline, after: Self.shutdownTimeout)
    }
    return nil
  }

  private func loop(_ source: String, _ goal: ApplyGoal) async throws -> ApplyOutcome.End {
    var early: ApplyOutcome.End?
    var countedAt = Instant(nanoseconds: 0)
    while true {
      if openCalls == 0, fleet.isCarriedOut {
        if let early { return early }
        // To count them all takes longer the more there are; while a job runs the answer is known.
        let now = time.now()
        let isUnderWay = goal == .converged && now < countedAt + Self.countingPause && fleet.runsJob(of: source)
        let convergence = isUnderWay ? nil : fleet.convergence(of: source, now: now)
        if convergence != nil { countedAt = now }
        if let convergence, let end = end(of: goal, convergence) { return end }
        // Whoever merely waits gives the lock up.
        if lock.isHeld {
          lock.release()
          if let convergence { observer?.reconciler(did: .waiting(convergence)) }
        }
        if !isTickPending {
          isTickPending = true
          postLater(.tick, after: Self.tickInterval)
        }
      }
      let messages = await mailbox.receive()
      if let end = end(by: messages, &early) { return end }
      try await take(messages)
    }
  }

  /// Takes messages in, under the lock; where another process has written since, everything is read and observed anew.
  private func take(_ messages: [Message]) async throws {
    if messages.contains(where: { if case .tick = $0 { true } else { false } }) { isTickPending = false }
    let onlyTicks = messages.allSatisfy { if case .tick = $0 { true } else { false } }
    if !lock.isHeld {
      if onlyTicks, try !store.hasChangedElsewhere() { return }
      guard try await takeLock() else {
        // Cancelled or out of time while it waited for the lock; the loop will see to it.
        return
      }
    }
    let events = events(of: messages)
    guard try load() else {
      if !events.isEmpty { try await feed(events) }
      return
    }
    let (observations, cursors) = await look()
    let missing = try missingSecrets()
    try await feed((missing.isEmpty ? [] : [.secretsMissing(missing)]) + [.clustersObserved(observations)])
    watchAll(from: cursors)
  }

  func takeLock() async throws -> Bool {
    while true {
      do {
        let patience = deadline.map { max(.zero, min($0 - time.now(), .seconds(3600))) } ?? .seconds(3600)
        try await lock.acquire(as: holder, timeout: patience)
        return true
      } catch is CancellationError {
        return false
      } catch StateError.locked {
        if let deadline, deadline <= time.now() { return false }
      }
    }
  }

  func postLater(_ message: Message, after span: TimeSpan) {
    let (time, mailbox) = (time, mailbox)
    let at = time.now() + span
    Task {
      do { try await time.sleep(until: at) } catch { return }
      mailbox.post(message)
    }
  }
}
