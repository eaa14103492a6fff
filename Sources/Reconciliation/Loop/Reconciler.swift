import EngineInterface
import FleetCore
import FleetModel
import Manifests
import PlanModel
import StateStore

/// The loop around `step`: observes, steps, commits, carries out. One value serves one command.
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

  var fleet: Fleet
  var isLoaded = false
  /// What is loaded already.
  var ahead: LoadingAhead?
  var watches: [EngineSpec: Task<Void, Never>] = [:]
  var timer: Task<Void, Never>?
  /// Calls that were asked for and have not come back.
  var openCalls = 0
  /// A tick has been asked for and has not come.
  var isTickPending = false
  /// Another waits for the lock: what is asked of engines is put off until it has had its turn.
  var isHandingOver = false
  var deferred: [(effect: Effect, engine: EngineSpec)] = []
  /// When the apply is to end at the latest.
  var deadline: Instant?
  var actions: [Action] = []
  var failedStarts: [DeploymentIdentity] = []
  /// Deployments that had a run beyond those that are kept since the last tidying.
  var overfull: Set<DeploymentID> = []
  /// What a watch keeps between its passes; nil: this is none.
  var watching: WatchState?
  var resyncTimer: Task<Void, Never>?
  /// The next look where notifications are lacking.
  var pollTimer: Task<Void, Never>?
  /// The files of the source that is applied or watched, as they were applied last; nil: not looked up yet, or none.
  var table: FileTable?

  /// Makes a reconciler of a recorded state that is open for writing, or for reading if it only plans.
  ///
  /// - Parameter ahead: what somebody has begun to load of the same store.
  public init(
    store: StateStore, holder: LockHolder, engines: any EngineDirectory, secrets: any SecretResolver,
    time: any TimeSource, observer: (any ReconcilerObserver)? = nil, ahead: LoadingAhead? = nil
  ) {
    self.ahead = ahead
    self.store = store
    self.lock = StateLock(store)
    self.holder = holder
    self.engines = engines
    self.secrets = secrets
    self.time = time
    self.observer = observer
    fleet = Fleet(installation: Installation(id: "", key: []))
    calls = EngineCalls(engines: engines, secrets: secrets, mailbox: mailbox)
  }

  // MARK: Loading

  /// Loads the recorded state if that has not been done, or if another process has written since.
  func load() throws -> Bool {
    if isLoaded, try !store.hasChangedElsewhere() { return false }
    if let loaded = try ahead.take()?.take() {
      fleet = loaded
    } else {
      fleet = Fleet(try store.load(), following: isLoaded ? fleet : nil)
    }
    table = nil
    steps.value = fleet.stepCount
    isLoaded = true
    return true
  }

  /// Looks at every engine that a recorded cluster has, side by side.
  func look() async -> (observations: [ClusterID: ClusterObservation], cursors: [EngineSpec: ObservationCursor]) {
    let asOf = fleet.stepCount
    let clusters = fleet.clusterRecords
    let specs = Set(clusters.map(\.engine))
    var snapshots: [EngineSpec: Result<EngineSnapshot, EngineError>] = [:]
    await withTaskGroup(of: (EngineSpec, Result<EngineSnapshot, EngineError>).self) { group in
      for spec in specs {
        let engine = engines.engine(for: spec)
        group.addTask {
          do throws(EngineError) {
            return (spec, .success(try await engine.observe()))
          } catch {
            return (spec, .failure(error))
          }
        }
      }
      for await (spec, result) in group { snapshots[spec] = result }
    }
    var observations: [ClusterID: ClusterObservation] = [:]
    var cursors: [EngineSpec: ObservationCursor] = [:]
    for cluster in clusters {
      switch snapshots[cluster.engine] {
      case .success(let snapshot):
        observations[cluster.id] = .answered(runs: snapshot.runs, asOf: asOf)
        cursors[cluster.engine] = snapshot.cursor
      case .failure(let error): observations[cluster.id] = .unknown(error.message)
      case nil: break
      }
    }
    return (observations, cursors)
  }

  // MARK: Stepping

  /// Steps through events, and takes up what they ask for. `noting`: files that are carried out by it.
  ///
  /// The events are given up before that: what declares a hundred thousand deployments is as large as they are.
  func feed(_ events: consuming [Event], noting files: ComparedFiles? = nil) async throws {
    var asked: [Effect] = []
    for event in consume events { asked += step(&fleet, event, now: time.now()) }
    try await takeUp(consume asked, noting: files)
  }

  /// Commits what the fleet's last steps change in one transaction, and only then lets what they ask for be carried out.
  func takeUp(_ asked: consuming [Effect], noting files: ComparedFiles? = nil) async throws {
    var writes: [StateWrite] = []
    var counters: IDCounters?
    var decided: [Action] = []
    var effects: [Effect] = []
    for effect in consume asked {
      guard case .commit(let commit) = effect else {
        effects.append(effect)
        continue
      }
      // Most are one commit, which need not be copied.
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
    note(consume writes, decided)
    await carryOut(effects)
  }

  private func note(_ writes: consuming [StateWrite], _ decided: [Action]) {
    // For weeks is too long to keep them.
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

  /// Asks for what was put off, if nobody has written meanwhile; else what is recorded and seen says what is still to be done.
  func carryOutDeferred() async {
    let asked = deferred
    deferred = []
    openCalls += asked.count { if case .remove = $0.effect { false } else { true } }
    if !asked.isEmpty { await calls.carryOut(asked) }
  }

  private func carryOut(_ effects: [Effect]) async {
    var asked: [(effect: Effect, engine: EngineSpec)] = []
    for effect in effects {
      switch effect {
      case .commit: break
      case .prepare(let order), .launch(let order, _):
        guard let spec = fleet.cluster(order.run.cluster)?.engine else { break }
        asked.append((effect, spec))
        openCalls += 1
      case .stop(_, let cluster, _):
        guard let spec = fleet.cluster(cluster)?.engine else { break }
        asked.append((effect, spec))
        openCalls += 1
      case .remove(_, let cluster):
        if let spec = fleet.cluster(cluster)?.engine { asked.append((effect, spec)) }
      case .observe(let cluster): if let spec = fleet.cluster(cluster)?.engine { observe(cluster, spec) }
      case .wake(let at): wake(at: at)
      }
    }
    if asked.isEmpty { return }
    if isHandingOver {
      openCalls -= asked.count { if case .remove = $0.effect { false } else { true } }
      deferred += asked
    } else {
      await calls.carryOut(asked)
    }
  }

  /// A new cluster: its engine is watched already, and a whole look is owed to it, or a watch begins with one.
  private func observe(_ cluster: ClusterID, _ spec: EngineSpec) {
    if watches[spec] == nil {
      watch(spec, from: nil)
      return
    }
    let (engine, mailbox, steps) = (engines.engine(for: spec), mailbox, steps)
    Task {
      let asOf = steps.value
      do throws(EngineError) {
        mailbox.post(.looked(spec, try await engine.observe(), asOf: asOf))
      } catch {
        mailbox.post(.silent(spec, error.message))
      }
    }
  }

  /// Begins to follow an engine, if nobody does.
  func watch(_ spec: EngineSpec, from cursor: ObservationCursor?) {
    if watches[spec] != nil { return }
    let watch = EngineWatch(
      spec: spec, engine: engines.engine(for: spec), mailbox: mailbox, time: time, steps: steps)
    watches[spec] = Task { await watch.run(from: cursor) }
  }

  /// Begins to follow every engine that a cluster has; one that did not answer is looked at anew.
  func watchAll(from cursors: [EngineSpec: ObservationCursor]) {
    for cluster in fleet.clusterRecords { watch(cluster.engine, from: cursors[cluster.engine]) }
  }

  private func wake(at: Instant) {
    timer?.cancel()
    let (time, mailbox) = (time, mailbox)
    timer = Task {
      do { try await time.sleep(until: at) } catch { return }
      mailbox.post(.timer)
    }
  }

  /// Ends everything that runs beside the loop.
  func endTasks() {
    timer?.cancel()
    resyncTimer?.cancel()
    pollTimer?.cancel()
    for watch in watches.values { watch.cancel() }
    watches = [:]
  }

  /// What messages mean for the fleet.
  func events(of messages: [Message]) -> [Event] {
    var events: [Event] = []
    for message in messages {
      switch message {
      case .callFinished(let name, let result):
        openCalls -= 1
        events.append(.callFinished(name, result))
      case .looked(let spec, let snapshot, let asOf):
        var observations: [ClusterID: ClusterObservation] = [:]
        for cluster in fleet.clusterRecords where cluster.engine == spec {
          observations[cluster.id] = .answered(runs: snapshot.runs, asOf: asOf)
        }
        events.append(.clustersObserved(observations))
        observer?.reconciler(did: .engine(spec, unknown: nil))
      case .silent(let spec, let why):
        var observations: [ClusterID: ClusterObservation] = [:]
        for cluster in fleet.clusterRecords where cluster.engine == spec { observations[cluster.id] = .unknown(why) }
        events.append(.clustersObserved(observations))
        observer?.reconciler(did: .engine(spec, unknown: why))
      case .changed(let spec, let runs):
        var byCluster: [ClusterID: [RunName: RunObservation]] = [:]
        var unknown: [RunName: RunObservation] = [:]
        for (name, observation) in runs {
          if let cluster = fleet.cluster(ofRun: name) {
            byCluster[cluster, default: [:]][name] = observation
          } else {
            unknown[name] = observation
          }
        }
        if !unknown.isEmpty {
          // A name without a live record may be an orphan of any cluster of the engine.
          for cluster in fleet.clusterRecords where cluster.engine == spec {
            byCluster[cluster.id, default: [:]].merge(unknown) { mine, _ in mine }
          }
        }
        for (cluster, mine) in byCluster.sorted(by: { $0.key < $1.key }) { events.append(.runsObserved(cluster, mine)) }
      case .timer: events.append(.timer)
      case .tick, .manifestsChanged, .resume, .resync, .deadline, .cancelled: break
      }
    }
    return events
  }
}
