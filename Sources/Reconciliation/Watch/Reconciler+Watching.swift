import CLinux
import EngineInterface
import FleetCore
import FleetModel
import ManifestSources
import PlanModel
import StateStore

extension Reconciler {
  /// How long the lock is left to others.
  static let lockYield = TimeSpan.milliseconds(60)
  /// After an error of the state, until it is tried again.
  static let stateTroublePause = TimeSpan.seconds(5)

  /// Follows manifests and engines, and carries out what they say, until the goal, the timeout, or the end of the task:
  /// without a goal, for ever. What runs goes on when it ends.
  ///
  /// Each pass takes the lock, and gives it up once its calls have come out. While the manifests can't be carried out, what
  /// they declared last is healed.
  ///
  /// - Throws: `ReconcilerError.refused` when the source is bound to another directory; `StateError` when the state can't be
  ///   opened or worked with at the start; with a goal, `InvalidManifests` and `ManifestSourceError` at the start.
  public func watch(_ request: WatchRequest) async throws -> ApplyOutcome {
    let mailbox = mailbox
    watching = WatchState(request, notifier: try DirectoryNotifier { mailbox.post(.manifestsChanged(isQuiet: $0)) })
    defer {
      lock.release()
      endTasks()
      watching = nil
    }
    if let timeout = request.timeout {
      deadline = time.now() + timeout
      postLater(.deadline, after: timeout)
    }
    mailbox.post(.resync)
    let end = try await withTaskCancellationHandler {
      try await watchLoop(request)
    } onCancel: {
      mailbox.post(.cancelled)
    }
    if lock.isHeld, !overfull.isEmpty { try await forgetWhatIsOver(of: overfull) }
    return outcome(end, of: request.source)
  }

  /// Looks at everything again now: files, secrets, engines.
  public nonisolated func lookAgain() { mailbox.post(.resync) }

  private func watchLoop(_ request: WatchRequest) async throws -> ApplyOutcome.End {
    var early: ApplyOutcome.End?
    while true {
      if openCalls == 0 {
        if let early { return early }
        if let end = reached(request) { return end }
        // Between its passes whoever waits may work on the state.
        if lock.isHeld { lock.release() }
        if isHandingOver { await handOver() }
        if !isTickPending {
          isTickPending = true
          postLater(.tick, after: Self.tickInterval)
        }
      }
      // Where something always happens the calls would never end.
      if lock.isHeld, !isHandingOver, lock.isAwaited { isHandingOver = true }
      let messages = await mailbox.receive()
      if let end = end(by: messages, &early) { return end }
      do {
        try await pass(messages)
      } catch let error as StateError where watching?.hasBegun == true && error.mayPass {
        await recover(from: error)
      }
    }
  }

  /// Whether what is waited for has come, or can't come.
  private func reached(_ request: WatchRequest) -> ApplyOutcome.End? {
    guard let goal = request.goal, let watching, watching.hasBegun, watching.problem == nil, watching.held == nil,
      fleet.isCarriedOut, deferred.isEmpty, goal != .converged || !fleet.runsJob(of: request.source)
    else { return nil }
    return end(of: goal, fleet.convergence(of: request.source, now: time.now()))
  }

  /// Lets whoever waits for the lock have it: the one who waits looks every 25 milliseconds.
  private func handOver() async {
    isHandingOver = false
    mailbox.post(.resume)
    // Cancelled: there is a message that says so.
    do { try await time.sleep(until: time.now() + Self.lockYield) } catch { return }
  }

  /// One pass: takes messages in, under the lock.
  private func pass(_ messages: [Message]) async throws {
    var (isIdle, isManifestTime, isQuiet, isResync) = (true, false, true, false)
    for message in messages {
      switch message {
      case .tick: isTickPending = false
      case .manifestsChanged(let quiet): (isIdle, isManifestTime, isQuiet) = (false, true, isQuiet && quiet)
      case .resync: (isIdle, isManifestTime, isResync) = (false, true, true)
      default: isIdle = false
      }
    }
    if !lock.isHeld {
      if isIdle, try !store.hasChangedElsewhere() { return }
      guard try await takeLock() else { return }
    }
    var events = events(of: messages)
    // What the messages say of the fleet that was is in what is loaded and looked at now.
    let isNew = try load()
    if isNew {
      events = []
      deferred = []
    } else {
      await carryOutDeferred()
    }
    var context = ComparisonContext()
    // What is held is in no file any more: it must be looked for among all that is owned.
    context.onlyFilesChanged = !isNew && watching?.held == nil
    context.isEarly = !isQuiet
    context.checksSecrets = isNew || isResync || watching?.hasFileSecrets == true
    let files = isNew || isManifestTime ? try takeInManifests(context, &events) : nil
    guard isNew || isResync else {
      if !events.isEmpty || files != nil { try await feed(consume events, noting: files) }
      return
    }
    let (observations, cursors) = await look()
    let missing = try missingSecrets()
    if !missing.isEmpty { events.append(.secretsMissing(missing)) }
    events.append(.clustersObserved(observations))
    try await feed(consume events, noting: files)
    watchAll(from: cursors)
    if !overfull.isEmpty {
      try await forgetWhatIsOver(of: overfull)
      overfull = []
    }
    if isResync { resyncLater() }
    begin()
    // What a look at everything took for a moment would otherwise stay with the process for weeks.
    malloc_trim(0)
  }

  /// What the manifests change comes before all else that has happened.
  private func takeInManifests(_ context: ComparisonContext, _ events: inout [Event]) throws -> ComparedFiles? {
    guard let (event, files) = try manifestEvent(context) else { return nil }
    if let event { events.insert(event, at: 0) }
    // What they say is in the event, and by what they are known is not in their bytes.
    files?.files.forgetContents()
    return files
  }

  private func resyncLater() {
    guard let watching else { return }
    resyncTimer?.cancel()
    let (time, mailbox) = (time, mailbox)
    let at = time.now() + watching.request.resync
    resyncTimer = Task {
      do { try await time.sleep(until: at) } catch { return }
      mailbox.post(.resync)
    }
  }

  private func begin() {
    guard let watching, !watching.hasBegun else { return }
    self.watching?.hasBegun = true
    observer?.reconciler(did: .watch(.began(declared: fleet.deploymentCount(of: watching.request.source))))
  }

  /// Nothing that is in memory can be relied upon: it may be a step ahead of what is recorded.
  private func recover(from error: StateError) async {
    observer?.reconciler(did: .watch(.stateTrouble(error.description)))
    lock.release()
    isLoaded = false
    deferred = []
    postLater(.resync, after: Self.stateTroublePause)
  }
}

extension StateError {
  /// Whether it may be otherwise in a while.
  var mayPass: Bool {
    switch self {
    case .busy, .diskFull, .inputOutput, .changedElsewhere, .locked, .system, .readOnly: true
    default: false
    }
  }
}
