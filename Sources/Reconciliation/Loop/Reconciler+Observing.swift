import EngineInterface
import FleetCore
import FleetModel

extension Reconciler {
  /// Looks at every engine that a recorded cluster has, in parallel.
  ///
  /// - Returns: an observation of each cluster, and for each engine that answered the cursor from which its changes continue.
  func look() async -> (observations: [ClusterID: ClusterObservation], cursors: [EngineSpec: ObservationCursor]) {
    let asOf = fleet.stepCount
    let clusters = fleet.clusterRecords
    let specs = Set(clusters.map(\.engine))
    var snapshots: [EngineSpec: Result<EngineSnapshot, EngineError>] = [:]
    let limit = limit
    await withTaskGroup(of: (EngineSpec, Result<EngineSnapshot, EngineError>).self) { group in
      for spec in specs {
        let engine = engines.engine(for: spec)
        group.addTask {
          do throws(EngineError) {
            return (
              spec,
              .success(
                try await limit.call("a look", isLook: true) { () throws(EngineError) in try await engine.observe() })
            )
          } catch {
            return (spec, .failure(error))
          }
        }
      }
      for await (spec, result) in group { snapshots[spec] = result }
    }
    for (spec, result) in snapshots {
      if case .success(let snapshot) = result { snapshots[spec] = await examined(snapshot, of: spec) }
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

  /// Looks at every engine and at the secrets of waiting deployments, and returns the events that tell the fleet.
  func observedEvents() async throws -> (events: [Event], cursors: [EngineSpec: ObservationCursor]) {
    let (observations, cursors) = await look()
    let missing = try missingSecrets()
    return ((missing.isEmpty ? [] : [.secretsMissing(missing)]) + [.clustersObserved(observations)], cursors)
  }

  /// Feeds events and a look at everything, and follows every engine from that look on.
  func feedObserved(_ events: consuming [Event] = [], noting files: FilesToNote? = nil) async throws {
    let (observed, cursors) = try await observedEvents()
    try await feed(consume events + observed, noting: files)
    watchAll(from: cursors)
  }

  /// Returns the waiting deployments whose secrets can't be resolved here, each with the reason.
  ///
  /// - Parameter andHeld: whether those that an edit or a retry would start count as waiting.
  func missingSecrets(andHeld: Bool = false) throws -> [DeploymentID: String] {
    var missing: [DeploymentID: String] = [:]
    for (record, root) in fleet.waitingWithSecrets(andHeld: andHeld) {
      guard case .deployment(let spec) = try SpecCoding.decode(record.specText, of: .deployment(record.identity)).spec
      else { continue }
      for reference in spec.secretReferences {
        if case .failure(let problem) = secrets.resolve(reference, root: root) {
          missing[record.id] = problem.message
          break
        }
      }
    }
    return missing
  }

  // MARK: Following engines

  /// Observes a new or changed cluster: by a look if its engine is followed already, otherwise by starting to follow it.
  func observe(_ cluster: ClusterID, _ spec: EngineSpec) {
    if watches[spec] == nil {
      watch(spec, from: nil)
      return
    }
    look(at: spec)
  }

  /// Looks at an engine, and posts what it reports.
  func look(at spec: EngineSpec) {
    let (engine, mailbox, steps, limit) = (engines.engine(for: spec), mailbox, steps, limit)
    Task {
      let asOf = steps.value
      do throws(EngineError) {
        let snapshot = try await limit.call("a look", isLook: true) { () throws(EngineError) in
          try await engine.observe()
        }
        mailbox.post(.looked(spec, snapshot, asOf: asOf))
      } catch {
        mailbox.post(.silent(spec, error.message, isRetried: false))
      }
    }
  }

  /// Starts to follow an engine, unless it is followed already.
  private func watch(_ spec: EngineSpec, from cursor: ObservationCursor?) {
    if watches[spec] != nil { return }
    let watch = EngineWatch(
      spec: spec, engine: engines.engine(for: spec), mailbox: mailbox, time: time, steps: steps, limit: limit)
    watches[spec] = Task { await watch.run(from: cursor) }
  }

  /// Starts to follow the engine of every cluster. An engine without a cursor, which did not answer, is looked at again.
  func watchAll(from cursors: [EngineSpec: ObservationCursor]) {
    for cluster in fleet.clusterRecords {
      if watches[cluster.engine] != nil, cursors[cluster.engine] == nil { lookLater(at: cluster.engine) }
      watch(cluster.engine, from: cursors[cluster.engine])
    }
  }

  /// Schedules another look at an engine of which one failed: who follows it waits for changes, which an end of the failure is
  /// not.
  private func lookLater(at spec: EngineSpec) {
    if retries[spec] != nil { return }
    let (time, mailbox) = (time, mailbox)
    let at = time.now() + EngineWatch.retryDelay
    retries[spec] = Task {
      do { try await time.sleep(until: at) } catch { return }
      mailbox.post(.lookDue(spec))
    }
  }

  // MARK: Messages

  /// Returns the events that messages mean for the fleet.
  func events(of messages: [Message]) -> [Event] {
    var events: [Event] = []
    for message in messages {
      switch message {
      case .callFinished(let name, let result):
        openCalls -= 1
        events.append(.callFinished(name, result))
      case .looked(let spec, let snapshot, let asOf):
        events.append(.clustersObserved(observations(of: spec, .answered(runs: snapshot.runs, asOf: asOf))))
        observer?.reconciler(did: .engine(spec, unknown: nil))
      case .silent(let spec, let why, let isRetried):
        if !isRetried { lookLater(at: spec) }
        events.append(.clustersObserved(observations(of: spec, .unknown(why))))
        observer?.reconciler(did: .engine(spec, unknown: why))
      case .changed(let spec, let runs): events += changes(of: runs, on: spec)
      case .timer: events.append(.timer)
      case .tick, .manifestsChanged, .resume, .resync, .lookDue, .deadline, .cancelled: break
      }
    }
    return events
  }

  /// Returns the same observation for every cluster of an engine.
  private func observations(of spec: EngineSpec, _ observation: ClusterObservation) -> [ClusterID: ClusterObservation] {
    var observations: [ClusterID: ClusterObservation] = [:]
    for cluster in fleet.clusterRecords where cluster.engine == spec { observations[cluster.id] = observation }
    return observations
  }

  /// Returns an event for each cluster of an engine with changed runs, by cluster.
  private func changes(of runs: [RunName: RunObservation], on spec: EngineSpec) -> [Event] {
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
      // A run without a live record may be an orphan of any cluster of the engine.
      for cluster in fleet.clusterRecords where cluster.engine == spec {
        byCluster[cluster.id, default: [:]].merge(unknown) { recorded, _ in recorded }
      }
    }
    return byCluster.sorted { $0.key < $1.key }.map { .runsObserved($0.key, $0.value) }
  }
}
