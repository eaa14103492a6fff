import FleetModel

/// What runs deployments on a cluster. One value serves one cluster. Every call may be repeated after a crash of the
/// caller at any point; every engine passes one conformance suite against the real thing.
public protocol Engine: Sendable {
  /// Makes everything ready without executing anything. Idempotent by the run's name: prepared twice is prepared once.
  func prepare(_ request: RunRequest) async throws(EngineError) -> RunHandle

  /// Executes a prepared run, at most once however often it is called. Returns when execution is confirmed, has been
  /// queued by the engine, or is over already.
  func launch(_ handle: RunHandle, of request: RunRequest, secrets: [SecretReference: SecretText])
    async throws(EngineError) -> RunObservation

  /// All runs of this installation on this engine, labelled ones without a live record included, as they are at a
  /// moment after the call.
  func observe() async throws(EngineError) -> EngineSnapshot

  /// Waits until something changed after the cursor's moment, and returns what. Ends early, with no changes, when the
  /// task is cancelled.
  func changes(since cursor: ObservationCursor) async throws(EngineError) -> EngineChanges

  /// Asks a run to end: the request to end, then after the grace the kill, for everything that the run started.
  /// Returns when it has been asked, and what is seen of it then; that it is gone is told as a change, unless it is
  /// `absent` or has ended already. Idempotent; also for a run that never was launched.
  @discardableResult
  func stop(_ name: RunName, grace: TimeSpan) async throws(EngineError) -> RunObservation

  /// Removes what is left of a run that is gone: its directory, its container, its logs.
  func remove(_ name: RunName) async throws(EngineError)

  /// The output of a run, from its beginning or the last lines, and on as it grows if it is followed.
  func logs(_ name: RunName, options: LogOptions) async throws(EngineError) -> AsyncThrowingStream<[UInt8], any Error>

  /// What is known of a run beside its state, for `describe`: which containment held, its pid.
  func details(_ name: RunName) async throws(EngineError) -> [(label: String, value: String)]
}

/// What a run is started with. It contains no secret's value.
public struct RunRequest: Sendable, Hashable {
  /// Its name on the engine.
  public var name: RunName
  /// The deployment that it is an attempt at.
  public var deployment: DeploymentIdentity
  /// The source that owns the deployment, for the label.
  public var source: String
  /// The generation of the deployment's spec.
  public var generation: Int
  /// Which attempt of the generation, from 1.
  public var attempt: Int
  /// What to run; secrets are references.
  public var spec: DeploymentSpec
  /// The GPUs that it was given, by slot.
  public var gpus: [GPUShare]
  /// The absolute directory that the source is bound to, for engines that run where it can be read; nil: it has none.
  /// It is no part of the spec: another checkout of the same manifests starts nothing anew.
  public var sourceRoot: String?

  /// Makes a request.
  public init(
    name: RunName, deployment: DeploymentIdentity, source: String, generation: Int, attempt: Int, spec: DeploymentSpec,
    gpus: [GPUShare], sourceRoot: String? = nil
  ) {
    self.name = name
    self.deployment = deployment
    self.source = source
    self.generation = generation
    self.attempt = attempt
    self.spec = spec
    self.gpus = gpus
    self.sourceRoot = sourceRoot
  }
}

/// What `prepare` returned and the journal records: the engine's own name for the run.
public struct RunHandle: Sendable, Hashable {
  /// The run's name at Berth.
  public var name: RunName
  /// The engine's: a directory, a container's id, a job's number.
  public var text: String
  /// Makes a handle.
  public init(name: RunName, text: String) {
    self.name = name
    self.text = text
  }
}

/// Which part of a run's log.
public struct LogOptions: Sendable, Hashable {
  /// Goes on until the run has ended.
  public var follow: Bool
  /// Only the last so many lines; nil: all.
  public var tail: Int?
  /// Makes options.
  public init(follow: Bool = false, tail: Int? = nil) {
    self.follow = follow
    self.tail = tail
  }
}

/// The engine's view at one moment.
public struct EngineSnapshot: Sendable {
  /// Every run of this installation that the engine knows; one that is missing is absent.
  public var runs: [RunName: RunObservation]
  /// From where on `changes` reports.
  public var cursor: ObservationCursor
  /// Makes a snapshot.
  public init(runs: [RunName: RunObservation], cursor: ObservationCursor) {
    self.runs = runs
    self.cursor = cursor
  }
}

/// What changed, and from where to go on.
public struct EngineChanges: Sendable {
  /// The runs that changed, each as it is now.
  public var runs: [RunName: RunObservation]
  /// From where on to ask next.
  public var cursor: ObservationCursor
  /// Changes were lost: observe everything anew.
  public var isIncomplete: Bool
  /// Makes changes.
  public init(runs: [RunName: RunObservation], cursor: ObservationCursor, isIncomplete: Bool = false) {
    self.runs = runs
    self.cursor = cursor
    self.isIncomplete = isIncomplete
  }
}

/// A moment in an engine's stream of changes; only the engine that made it reads it.
public struct ObservationCursor: Sendable, Hashable {
  /// The engine's own text.
  public var text: String
  /// Wraps a text.
  public init(text: String) { self.text = text }
}
