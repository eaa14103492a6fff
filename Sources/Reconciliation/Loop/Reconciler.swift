import EngineInterface
import FleetCore
import FleetModel
import PlanModel
import StateStore

/// The loop around `step`: observes, steps, commits, carries out. One reconciler serves one command.
public actor Reconciler {
  let store: StateStore
  let lock: StateLock
  let holder: LockHolder
  let engines: any EngineDirectory
  let secrets: any SecretResolver
  let time: any TimeSource
  let observer: (any ReconcilerObserver)?
  let mailbox = Mailbox<Message>()
  let steps = StepCounter()
  let calls: EngineCalls
  let limit: CallLimit

  var fleet: Fleet
  var isLoaded = false
  /// The load that was started in advance, if any.
  let ahead: LoadingAhead?
  /// Tasks that follow engines.
  var watches: [EngineSpec: Task<Void, Never>] = [:]
  /// The timer of the fleet.
  var timer: Task<Void, Never>?
  /// Number of requested calls that have not come back.
  var openCalls = 0
  /// Whether a tick is scheduled.
  var isTickPending = false
  /// Whether another process waits for the lock, so that calls of engines are deferred until it has had its turn.
  var isHandingOver = false
  var deferred: [(effect: Effect, engine: EngineSpec)] = []
  /// The latest end of an apply or a watch; `nil` if it has no timeout.
  var deadline: Instant?
  /// All actions of an apply, in order.
  var actions: [Action] = []
  var failedStarts: [DeploymentIdentity] = []
  /// Runs that are looked at again and again, because nothing reports their state, by engine.
  var troubled: [EngineSpec: TroubledRuns] = [:]
  /// Clocks of the next looks at engines of which one failed.
  var retries: [EngineSpec: Task<Void, Never>] = [:]
  /// Remarks of engines that have been reported.
  var reportedRemarks: Set<String> = []
  /// Deployments with more ended runs than are kept.
  var overfull: Set<DeploymentID> = []
  /// Whether a watch is removing expired runs, some in each pass.
  var isForgetting = false
  /// State of a watch; `nil` in every other command.
  var watching: WatchState?
  var resyncTimer: Task<Void, Never>?
  /// Timer of the next look at the manifests while notifications are lacking.
  var pollTimer: Task<Void, Never>?
  /// The files of the applied or watched source as applied last; `nil` if they were not looked up, or none are noted.
  var table: FileTable?

  /// Creates a reconciler of a recorded state that is open for writing, or for reading if it only plans.
  ///
  /// - Parameters:
  ///   - ahead: load of the same store that was started already.
  ///   - callLimit: longest time for which a call of an engine is waited for; `nil`: 30 seconds, and two minutes for a look.
  public init(
    store: StateStore, holder: LockHolder, engines: any EngineDirectory, secrets: any SecretResolver,
    time: any TimeSource, observer: (any ReconcilerObserver)? = nil, ahead: LoadingAhead? = nil,
    callLimit: Duration? = nil
  ) {
    let limit = callLimit.map { CallLimit(longest: $0, longestLook: $0) } ?? CallLimit()
    self.limit = limit
    self.ahead = ahead
    self.store = store
    self.lock = StateLock(store)
    self.holder = holder
    self.engines = engines
    self.secrets = secrets
    self.time = time
    self.observer = observer
    fleet = Fleet(installation: Installation(id: "", key: []))
    calls = EngineCalls(engines: engines, secrets: secrets, mailbox: mailbox, limit: limit)
  }

  // MARK: Loading

  /// Loads the recorded state, unless it is loaded and no other process has written since.
  ///
  /// - Returns: whether the state was loaded.
  func load() throws -> Bool {
    if isLoaded, try !store.hasChangedElsewhere() { return false }
    if let loaded = try ahead?.handOver() {
      fleet = loaded
    } else {
      fleet = Fleet(try store.load(), following: isLoaded ? fleet : nil)
    }
    table = nil
    steps.value = fleet.stepCount
    isLoaded = true
    return true
  }

  // MARK: Stepping

  /// Steps through events, and commits and carries out what they request.
  ///
  /// The events are consumed before the commit, because the declaration of a hundred thousand deployments takes as much memory
  /// as the deployments.
  ///
  /// - Parameter files: files that are carried out by these events.
  func feed(_ events: consuming [Event], noting files: FilesToNote? = nil) async throws {
    var effects: [Effect] = []
    for event in consume events { effects += step(&fleet, event, now: time.now()) }
    try await commit(consume effects, noting: files)
  }

  /// Commits the changes of the fleet's last steps in one transaction, and only then carries out their other effects.
  func commit(_ requested: consuming [Effect], noting files: FilesToNote? = nil) async throws {
    var writes: [StateWrite] = []
    var counters: IDCounters?
    var decided: [Action] = []
    var effects: [Effect] = []
    for effect in consume requested {
      guard case .commit(let commit) = effect else {
        effects.append(effect)
        continue
      }
      // There is mostly one commit, which need not be copied.
      if writes.isEmpty { writes = commit.writes } else { writes += commit.writes }
      counters = commit.counters
      if decided.isEmpty { decided = commit.actions } else { decided += commit.actions }
    }
    steps.value = fleet.stepCount
    let noted = files.flatMap { self.noted($0, in: table) }
    if counters != nil || noted?.change != nil {
      try store.commit(writes, counters: counters ?? fleet.nextNumbers, files: noted?.change)
    }
    if let noted { table = noted.table }
    report(consume writes, decided)
    await carryOut(effects)
  }

  private func report(_ writes: consuming [StateWrite], _ decided: [Action]) {
    // A watch does not keep the actions of weeks.
    if watching == nil { if actions.isEmpty { actions = decided } else { actions += decided } }
    var events: [EventRecord] = []
    for write in consume writes {
      switch write {
      case .event(let event): events.append(event)
      case .run(let run):
        if !run.state.isLive, run.generation + run.attempt > Self.runsKept {
          overfull.insert(run.deployment)
        }
        if watching == nil, case .failedToStart = run.outcome, !failedStarts.contains(run.identity) {
          failedStarts.append(run.identity)
        }
      default: break
      }
    }
    if !decided.isEmpty || !events.isEmpty { observer?.reconciler(did: .committed(actions: decided, events: events)) }
  }

  // MARK: Carrying out

  /// Requests the deferred calls. Called only if no other process has written since; otherwise the loaded state and a look at
  /// the engines say what is still to be done.
  func carryOutDeferred() async {
    let requested = deferred
    deferred = []
    openCalls += requested.count { if case .remove = $0.effect { false } else { true } }
    if !requested.isEmpty { await calls.carryOut(requested) }
  }

  private func carryOut(_ effects: [Effect]) async {
    var requested: [(effect: Effect, engine: EngineSpec)] = []
    for effect in effects {
      switch effect {
      case .commit: break
      case .prepare(let order), .launch(let order, _):
        guard let spec = fleet.cluster(order.run.cluster)?.engine else { break }
        requested.append((effect, spec))
        openCalls += 1
      case .stop(_, let cluster, _):
        guard let spec = fleet.cluster(cluster)?.engine else { break }
        requested.append((effect, spec))
        openCalls += 1
      case .remove(_, let cluster):
        if let spec = fleet.cluster(cluster)?.engine { requested.append((effect, spec)) }
      case .observe(let cluster): if let spec = fleet.cluster(cluster)?.engine { observe(cluster, spec) }
      case .wake(let at): wake(at: at)
      }
    }
    if requested.isEmpty { return }
    if isHandingOver {
      openCalls -= requested.count { if case .remove = $0.effect { false } else { true } }
      deferred += requested
    } else {
      await calls.carryOut(requested)
    }
  }
}
