import FleetModel

/// The part of an engine that only reads. Whatever it finds, nothing is executed, stopped, marked or tidied.
public protocol EngineView: Sendable {
  /// Returns all runs of this installation on this engine, including labeled ones without a live record, as of a moment
  /// after the call. Runs that have lost their supervisor are `unsettled`.
  func observe() async throws(EngineError) -> EngineSnapshot

  /// Returns what is seen of some runs, as `observe` would report it; a run that is missing is absent.
  func look(at names: [RunName]) async throws(EngineError) -> [RunName: RunObservation]

  /// Looks closer at runs about which a look and the records disagree.
  ///
  /// - Parameters:
  ///   - missing: recorded runs that were launched, and that the look did not find.
  ///   - strange: runs that the look found alive, and that no live record names.
  /// - Returns: what is to be believed instead of the look, for those runs of which it is something else: `unknown` for a
  ///   missing one of which something lives; `foreign` for a strange one that lives and belongs to another owner, or of which
  ///   nothing tells whose it is; its end, or `absent`, for a strange one that does not live.
  func lookCloser(missing: [RunName], strange: [RunName]) async throws(EngineError) -> [RunName: RunObservation]

  /// Returns the output of a run, from its beginning or only the last lines, and continues as it grows if
  /// `options.follow` is set.
  func logs(_ name: RunName, options: LogOptions) async throws(EngineError) -> AsyncThrowingStream<[UInt8], any Error>

  /// Returns facts about a run other than its state, for `describe`: its containment, its pid.
  func details(_ name: RunName) async throws(EngineError) -> [(label: String, value: String)]
}

/// An engine, which executes the runs of one cluster's deployments. Every call may be repeated after a crash of the
/// caller at any point; every engine passes one conformance suite against the real thing.
public protocol Engine: EngineView {
  /// Prepares a run without executing anything. Idempotent by the run's name: preparing twice has the effect of once.
  func prepare(_ request: RunRequest) async throws(EngineError) -> RunHandle

  /// Executes a prepared run, at most once however often it is called. Returns when execution is confirmed, has been
  /// queued by the engine, or is already over.
  func launch(_ handle: RunHandle, of request: RunRequest, secrets: [SecretReference: SecretText])
    async throws(EngineError) -> RunObservation

  /// Waits until something has changed after the cursor's moment, and returns the changes. Ends early, without changes,
  /// when the task is cancelled. Settles nothing.
  func changes(since cursor: ObservationCursor) async throws(EngineError) -> EngineChanges

  /// Gives an end to a run that has lost its supervisor, once everything that it started is gone, and returns the run as it
  /// is then. A run of another owner stays as it is. Called only by a holder of the state's lock.
  func settle(_ name: RunName) async throws(EngineError) -> RunObservation

  /// Asks a run to end: sends the request to end, and after the grace the kill, to everything that the run has started.
  /// Returns once the request is made, with the run as it is seen then; its end is reported as a change, unless it is
  /// `absent` or has already ended. Idempotent; also works for a run that was never launched.
  @discardableResult
  func stop(_ name: RunName, grace: TimeSpan) async throws(EngineError) -> RunObservation

  /// Removes the leftovers of a run that has ended: its directory, its container, its logs.
  func remove(_ name: RunName) async throws(EngineError)

  /// Puts the files of a run whose state is `unknown` out of the way, so that the run counts as gone.
  ///
  /// - Returns: where they are now.
  /// - Throws: an error if anything of the run may be alive.
  func putAside(_ name: RunName) async throws(EngineError) -> String

  /// Finishes removals that were interrupted. What can't be removed is put aside.
  func tidy() async throws(EngineError)
}

extension EngineView {
  /// Looks at all runs: the default of engines that can't ask for some.
  public func look(at names: [RunName]) async throws(EngineError) -> [RunName: RunObservation] {
    let wanted = Set(names)
    return try await observe().runs.filter { wanted.contains($0.key) }
  }

  /// Believes the look: the default of engines that answer for themselves.
  public func lookCloser(missing: [RunName], strange: [RunName]) async throws(EngineError) -> [RunName: RunObservation]
  {
    [:]
  }
}

extension Engine {
  /// Looks again: the default of engines whose runs need no supervisor.
  public func settle(_ name: RunName) async throws(EngineError) -> RunObservation {
    try await observe().runs[name] ?? .absent
  }

  /// Refuses: the default of engines that keep no files of runs.
  public func putAside(_ name: RunName) async throws(EngineError) -> String {
    throw .terminal("the engine has no files of \(name.text)")
  }

  /// Has nothing to do: the default of engines whose removals can't be interrupted.
  public func tidy() async throws(EngineError) {}
}

/// Everything that a run is started with, except the values of secrets.
public struct RunRequest: Sendable, Hashable {
  /// Name of the run on the engine.
  public var name: RunName
  /// The deployment of which the run is an attempt.
  public var deployment: DeploymentIdentity
  /// The source that owns the deployment, for the label.
  public var source: String
  /// The generation of the deployment's spec.
  public var generation: Int
  /// Number of the attempt in the generation, from 1.
  public var attempt: Int
  /// The spec to run; secrets are references.
  public var spec: DeploymentSpec
  /// GPUs of the run, by slot.
  public var gpus: [GPUShare]
  /// The absolute directory to which the source is bound, for engines that run where it can be read; `nil` if it has
  /// none. It is no part of the spec, so that another checkout of the same manifests restarts nothing.
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

/// Result of `prepare`, which the journal records: the engine's own name for the run.
public struct RunHandle: Sendable, Hashable {
  /// Berth's name of the run.
  public var name: RunName
  /// The engine's name: a directory, a container's id, a job's number.
  public var text: String
  /// Makes a handle.
  public init(name: RunName, text: String) {
    self.name = name
    self.text = text
  }
}

/// The part of a run's log to read.
public struct LogOptions: Sendable, Hashable {
  /// Whether to follow the log until the run has ended.
  public var follow: Bool
  /// Number of lines at the end of the log with which to begin; `nil`: all.
  public var tail: Int?
  /// Makes options.
  public init(follow: Bool = false, tail: Int? = nil) {
    self.follow = follow
    self.tail = tail
  }
}

/// The engine's view at one moment.
public struct EngineSnapshot: Sendable {
  /// Runs of this installation that the engine knows; a run that is missing is absent.
  public var runs: [RunName: RunObservation]
  /// The cursor after which `changes` reports.
  public var cursor: ObservationCursor
  /// Facts about the engine that need somebody's attention and concern no run, one sentence each.
  public var remarks: [String] = []
  /// Files of removals that did not finish.
  public var leftovers: [String] = []
  /// Makes a snapshot without remarks and leftovers.
  public init(runs: [RunName: RunObservation], cursor: ObservationCursor) {
    self.runs = runs
    self.cursor = cursor
  }
}

/// Runs that have changed, and the cursor for the next call.
public struct EngineChanges: Sendable {
  /// Changed runs, each as it is now.
  public var runs: [RunName: RunObservation]
  /// The cursor for the next call.
  public var cursor: ObservationCursor
  /// Whether changes were lost, so that the caller must observe everything again.
  public var isIncomplete: Bool
  /// Makes changes.
  public init(runs: [RunName: RunObservation], cursor: ObservationCursor, isIncomplete: Bool = false) {
    self.runs = runs
    self.cursor = cursor
    self.isIncomplete = isIncomplete
  }
}

/// A moment in an engine's stream of changes; only the engine that made the cursor interprets it.
public struct ObservationCursor: Sendable, Hashable {
  /// The engine's own text.
  public var text: String
  /// Wraps a text.
  public init(text: String) { self.text = text }
}
