import EngineInterface
import FleetCore
import FleetModel
import PlanModel
import StateStore

extension Reconciler {
  /// Milliseconds between two counts of convergence, while a job runs.
  static let convergenceInterval = TimeSpan.milliseconds(250)
  /// Seconds that open calls may take when the command is to end early.
  static let shutdownTimeout = TimeSpan.seconds(5)

  /// Carries a request out, and goes on until its goal. Cancelling the task interrupts it; runs go on.
  ///
  /// - Parameter shown: the confirmed plan: a different one is refused. `nil`: any plan is carried out.
  /// - Throws: `ReconcilerError` when the plan is refused or stale; `InvalidManifests`; `StateError` when the state can't be
  ///   read, locked or written.
  public func apply(_ request: ApplyRequest, shown: Plan?, goal: ApplyGoal, timeout: TimeSpan? = nil) async throws
    -> ApplyOutcome
  {
    try await lock.acquire(as: holder, timeout: request.lockTimeout)
    defer {
      closeState()
      endTasks()
    }
    _ = try load()
    try adoptSource(of: request, records: true)
    let review = try compare(request.input, request.options, try table(for: request)).review
    let beginning = try await beginning(of: request, review)
    let cursors = beginning.cursors
    try await carryOut(request, consume review, consume beginning, shown: shown)
    watchAll(from: cursors)
    if let timeout {
      deadline = time.now() + timeout
      postLater(.deadline, after: timeout)
    }
    let end = try await withTaskCancellationHandler {
      try await applyLoop(request.options.source, goal)
    } onCancel: {
      mailbox.post(.cancelled)
    }
    if lock.isHeld { try await forgetAllExpired() }
    return outcome(end, of: request.options.source)
  }

  /// Plans, and continues from the plan's start: the first steps of a plan are those of carrying it out.
  private func carryOut(
    _ request: ApplyRequest, _ review: consuming InputReview, _ beginning: consuming Beginning, shown: Plan?
  ) async throws {
    let (files, warnings) = (review.files, review.warnings)
    // Digests are noted at the commit; until then, planning leaves a core free.
    if let files { files.files.prepareDigests(of: files.decoded.map(\.index)) }
    // Also where a plan was shown: what is decided as of an earlier time would be overdue from the beginning.
    let (plan, start) = planned(request, consume review, consume beginning, asOf: time.now(), keepingStart: true)
    if !plan.refusals.isEmpty { throw ReconcilerError.refused(plan, warnings: warnings) }
    if let shown, !plan.does(whatIsShownBy: shown) {
      let (present, warnings) = try await self.plan(request)
      if !present.refusals.isEmpty { throw ReconcilerError.refused(present, warnings: warnings) }
      throw ReconcilerError.stalePlan(shown: shown, now: present)
    }
    observer?.reconciler(did: .planned(plan, warnings: warnings))
    guard let start else { preconditionFailure("the start of a plan that is carried out is kept") }
    fleet = start.fleet
    isLoaded = true
    try await commit(start.effects, noting: files)
  }

  /// Returns the outcome of a command that has ended.
  func outcome(_ end: ApplyOutcome.End, of source: String) -> ApplyOutcome {
    ApplyOutcome(
      end: end, convergence: fleet.convergence(of: source, now: time.now()),
      holds: fleet.holds(of: source, now: time.now()), failedStarts: failedStarts.sorted(), actions: actions)
  }

  /// Returns the end of a wait for a goal, once all requested calls have finished; `nil` if the wait goes on.
  func end(of goal: ApplyGoal, _ convergence: Convergence) -> ApplyOutcome.End? {
    switch goal {
    case .carriedOut: .reached
    case .started: convergence.isStarted ? .reached : convergence.isStuckBeforeStart ? .stuck : nil
    case .converged: convergence.isConverged ? .reached : convergence.isStuck ? .stuck : nil
    }
  }

  /// Returns the end that messages ask for; `nil` if the command goes on.
  ///
  /// Open calls may finish first, within `shutdownTimeout`, so that the next process finds less to repair.
  /// - Parameter early: the end that waits for open calls.
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

  private func applyLoop(_ source: String, _ goal: ApplyGoal) async throws -> ApplyOutcome.End {
    var early: ApplyOutcome.End?
    var countedAt = Instant(nanoseconds: 0)
    while true {
      if openCalls == 0, fleet.isCarriedOut {
        if let early { return early }
        // Counting all deployments takes time, and while a job runs the answer is known.
        let now = time.now()
        let isUnderWay = goal == .converged && now < countedAt + Self.convergenceInterval && fleet.runsJob(of: source)
        let convergence = isUnderWay ? nil : fleet.convergence(of: source, now: now)
        if convergence != nil { countedAt = now }
        if let convergence, let end = end(of: goal, convergence) { return end }
        // An apply that merely waits releases the lock.
        if lock.isHeld {
          lock.release()
          if let convergence { observer?.reconciler(did: .waiting(convergence)) }
        }
        scheduleTick()
      }
      let messages = await mailbox.receive()
      if let end = end(by: messages, &early) { return end }
      try await process(messages)
    }
  }

  /// Processes messages under the lock. If another process has written since, everything is loaded and observed again.
  private func process(_ messages: [Message]) async throws {
    noteTicks(in: messages)
    let onlyTicks = messages.allSatisfy { if case .tick = $0 { true } else { false } }
    if !lock.isHeld {
      if onlyTicks, try !store.hasChangedElsewhere() { return }
      // Without the lock the apply was cancelled or is out of time, which the loop will find out.
      guard try await acquireLock() else { return }
    }
    let changed = noteDueLooks(in: messages)
    if try load() {
      // A look at the engines contains what the messages told the former fleet.
      _ = events(of: messages)
      return try await feedObserved()
    }
    for spec in changed { look(at: spec) }
    let events = events(of: await examined(messages))
    if !events.isEmpty { try await feed(events) }
  }

  /// Acquires the lock, waiting until the deadline.
  ///
  /// - Returns: whether the lock was acquired; `false` if the task was cancelled or the deadline has passed.
  func acquireLock() async throws -> Bool {
    while true {
      do {
        let lockTimeout = deadline.map { max(.zero, min($0 - time.now(), .seconds(3600))) } ?? .seconds(3600)
        try await lock.acquire(as: holder, timeout: lockTimeout)
        return true
      } catch is CancellationError {
        return false
      } catch StateError.locked {
        if let deadline, deadline <= time.now() { return false }
      }
    }
  }
}
