import CLinux
import EngineInterface
import FleetCore
import FleetModel
import ManifestSources
import PlanModel
import StateStore

extension Reconciler {
  /// Milliseconds that the lock is left to others.
  static let lockYield = TimeSpan.milliseconds(60)
  /// Seconds between an error of the state and the next attempt.
  static let stateErrorDelay = TimeSpan.seconds(5)

  /// Follows manifests and engines, and carries out what they say, until the goal, the timeout, or the end of the task. Without
  /// a goal it never ends by itself. Runs go on after it has ended.
  ///
  /// Each pass takes the lock, and releases it once its calls have finished. While the manifests can't be carried out, the
  /// fleet is kept as they declared it last.
  ///
  /// - Throws: `ReconcilerError.refused` when the source is bound to another directory; `StateError` when the state can't be
  ///   opened or worked with at the start; with a goal, `InvalidManifests` and `ManifestSourceError` at the start.
  public func watch(_ request: WatchRequest) async throws -> ApplyOutcome {
    let mailbox = mailbox
    watching = WatchState(request, notifier: DirectoryNotifier { mailbox.post(.manifestsChanged(isQuiet: $0)) })
    defer {
      endHeartbeat()
      closeState()
      endTasks()
      watching = nil
    }
    try beat(hasPassed: false)
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
    if lock.isHeld { try await forgetAllExpired() }
    return outcome(end, of: request.source)
  }

  /// Looks at everything again now: files, secrets and engines.
  public nonisolated func lookAgain() { mailbox.post(.resync) }

  private func watchLoop(_ request: WatchRequest) async throws -> ApplyOutcome.End {
    var early: ApplyOutcome.End?
    while true {
      if openCalls == 0 {
        if let early { return early }
        if let end = reached(request) { return end }
        // Between passes, other processes may work on the state.
        if lock.isHeld { lock.release() }
        if isHandingOver { await handOver() }
        scheduleTick()
      }
      // Without handing over, a busy fleet would keep the lock for ever.
      if lock.isHeld, !isHandingOver, lock.isAwaited { isHandingOver = true }
      let messages = await mailbox.receive()
      if let end = end(by: messages, &early) { return end }
      do {
        try await pass(messages)
      } catch let error as StateError where watching?.hasBegun == true && error.isTransient {
        recover(from: error)
      }
    }
  }

  /// Returns the end of a watch whose goal is reached, or can't be; `nil` if it goes on.
  private func reached(_ request: WatchRequest) -> ApplyOutcome.End? {
    guard let goal = request.goal, let watching, watching.hasBegun, watching.problem == nil, watching.held.isEmpty,
      fleet.isCarriedOut, deferred.isEmpty, goal != .converged || !fleet.runsJob(of: request.source)
    else { return nil }
    return end(of: goal, fleet.convergence(of: request.source, now: time.now()))
  }

  /// Leaves the lock to a waiting process, which tries it every 25 milliseconds.
  private func handOver() async {
    isHandingOver = false
    mailbox.post(.resume)
    // A cancelled watch finds a message about that.
    do { try await time.sleep(until: time.now() + Self.lockYield) } catch { return }
  }

  /// Purposes of one pass, from its messages.
  private struct PassScope {
    /// Whether there is nothing but ticks, so that only a commit of another process matters.
    var isIdle = true
    var checksManifests = false
    /// Whether every reported change of the manifests was a while ago.
    var isQuiet = true
    var isResync = false

    init(_ messages: [Message]) {
      for message in messages {
        switch message {
        case .tick: break
        case .manifestsChanged(let quiet): (isIdle, checksManifests, isQuiet) = (false, true, isQuiet && quiet)
        case .resync: (isIdle, checksManifests, isResync) = (false, true, true)
        default: isIdle = false
        }
      }
    }
  }

  /// Processes messages in one pass, under the lock. After a load everything is looked at again.
  private func pass(_ messages: [Message]) async throws {
    noteTicks(in: messages)
    let scope = PassScope(messages)
    if !lock.isHeld {
      if scope.isIdle, try !store.hasChangedElsewhere() { return try beat(hasPassed: false) }
      guard try await acquireLock() else { return }
    }
    let changed = noteDueLooks(in: messages)
    let isNew = try load()
    var events: [Event] = []
    if isNew {
      // The loaded fleet and a look at the engines contain what the messages told the former fleet.
      _ = self.events(of: messages)
      deferred = []
    } else {
      for spec in changed { look(at: spec) }
      events = self.events(of: await examined(messages))
      await carryOutDeferred()
    }
    var files: FilesToNote?
    var hasNews = !events.isEmpty
    if isNew || scope.checksManifests {
      var recheck = RecheckScope()
      // Held deletions are in no file any more, so they must be looked for among everything that the source owns.
      recheck.onlyFilesChanged = !isNew && watching?.held.isEmpty != false
      recheck.isEarly = !scope.isQuiet
      recheck.checksSecrets = isNew || scope.isResync || watching?.hasFileSecrets == true
      switch try checkManifests(recheck) {
      case .declared(let revision, let noted):
        // Changes of the manifests come before everything else that has happened.
        events.insert(.declared(revision), at: 0)
        (files, hasNews) = (noted, true)
      case .unchanged(let noted): (files, hasNews) = (noted, hasNews || noted != nil)
      case .postponed, .broken: break
      }
      // The event holds the declarations, and digests stand for the bytes.
      files?.files.releaseContents()
    }
    guard isNew || scope.isResync else {
      if hasNews { try await feed(consume events, noting: files) }
      if isForgetting { try await forgetInPass() }
      return try beat(hasPassed: true)
    }
    try await feedObserved(consume events, noting: files)
    try await forgetInPass()
    if scope.isResync { scheduleResync() }
    reportBeginning()
    try beat(hasPassed: true)
    // Otherwise the memory of a look at everything would stay with the process for weeks.
    malloc_trim(0)
  }

  /// Removes some of what has expired, and leaves the rest to the next pass, so that neither events nor other processes wait
  /// for all of it.
  private func forgetInPass() async throws {
    if overfull.isEmpty { return }
    try await forgetSomeExpired()
    isForgetting = !overfull.isEmpty
    if isForgetting { mailbox.post(.resume) }
  }

  /// Discards the loaded fleet, which may be a step ahead of the recorded state, and schedules another attempt.
  private func recover(from error: StateError) {
    observer?.reconciler(did: .watch(.stateTrouble(error.description)))
    lock.release()
    isLoaded = false
    deferred = []
    postLater(.resync, after: Self.stateErrorDelay)
  }
}

extension StateError {
  /// Whether the cause may disappear by itself.
  var isTransient: Bool {
    switch self {
    case .busy, .diskFull, .inputOutput, .changedElsewhere, .locked, .system, .readOnly: true
    default: false
    }
  }
}
