/// Where a run is in its life. The raw value is what the `state` column of `runs` holds.
public enum RunState: String, Sendable, Hashable, CaseIterable {
  /// Journalled, perhaps prepared or launched; execution is not confirmed.
  case starting
  /// Execution is confirmed.
  case running
  /// Asked to stop; not yet gone.
  case stopping
  /// Gone, with an outcome.
  case ended
  /// Gone without an outcome: its machine restarted, or its supervisor was killed.
  case lost

  /// Whether it holds resources: until the engine confirms that it is gone.
  public var isLive: Bool {
    switch self {
    case .starting, .running, .stopping: true
    case .ended, .lost: false
    }
  }
}

/// How a run ended.
public enum RunOutcome: Sendable, Hashable {
  /// It exited by itself with this status, 0 to 255.
  case exited(status: Int)
  /// A signal ended it, by number.
  case signaled(signal: Int)
  /// It could not be started, in the engine's words.
  case failedToStart(String)
  /// Stopped by its engine after `maxRuntime`.
  case maxRuntimeExceeded
  /// Stopped by its engine for using more memory than it asked for.
  case ramExceeded
  /// Nobody knows how it ended; it is certain that it has.
  case lost
  /// It ended because Berth had asked it to, however that came out.
  case stopped
  /// Given up before it was launched.
  case abandoned

  /// For people: `exited with status 3`.
  public var text: String {
    switch self {
    case .exited(let status): "exited with status \(status)"
    case .signaled(let signal): "ended by signal \(signal)"
    case .failedToStart(let message): "failed to start: \(message)"
    case .maxRuntimeExceeded: "stopped after maxRuntime"
    case .ramExceeded: "stopped for using more memory than it asked for"
    case .lost: "lost: its machine restarted or its supervisor was killed"
    case .stopped: "stopped"
    case .abandoned: "given up before it was launched"
    }
  }

  /// Whether it is the success of a job.
  public var isSuccess: Bool { self == .exited(status: 0) }
}

/// Why Berth asked a run to stop.
public enum StopCause: Sendable, Hashable {
  /// A new generation takes its place.
  case replaced
  /// Its deployment was withdrawn.
  case withdrawn
  /// Its deployment was suspended.
  case suspended
  /// A deployment of higher effective priority takes its room.
  case preempted(by: DeploymentID)
  /// A dependency that it was admitted together with failed before it was launched.
  case dependencyFailed
  /// Stopped by Berth after `maxRuntime`, where the engine can't.
  case maxRuntime
  /// A secret that it needs turned out not to be available.
  case secretUnavailable
  /// Its engine said that it can't be launched.
  case launchFailed
  /// Its owner ceased to be active or a member before it was launched.
  case ownerMayNot

  /// For whom it was preempted; nil: it was not.
  public var preemptor: DeploymentID? {
    if case .preempted(let by) = self { by } else { nil }
  }

  /// For people, after "asked to stop: ".
  public var text: String {
    switch self {
    case .replaced: "a new generation takes its place"
    case .withdrawn: "no manifest declares it any more"
    case .suspended: "suspended"
    case .preempted: "preempted"
    case .dependencyFailed: "what it needs running is not to be had"
    case .maxRuntime: "maxRuntime is over"
    case .secretUnavailable: "a secret is not available"
    case .launchFailed: "it can't be launched"
    case .ownerMayNot: "its owner may not have it started"
    }
  }
}

/// What one run holds of one GPU.
public struct GPUShare: Sendable, Hashable, Comparable {
  /// Index of the device on its cluster, from 0.
  public var slot: Int
  /// Thousandths of it: 1000 for all.
  public var milli: Int
  /// Makes a share.
  public init(slot: Int, milli: Int) {
    self.slot = slot
    self.milli = milli
  }
  /// By slot.
  public static func < (left: GPUShare, right: GPUShare) -> Bool { left.slot < right.slot }
}

/// One attempt at a deployment on an engine: a row of the journal.
public struct RunRecord: Sendable, Hashable {
  /// Its row in the journal.
  public var id: RunID
  /// What its engine knows it by.
  public var name: RunName
  /// The deployment that it is an attempt at.
  public var deployment: DeploymentID
  /// The deployment's identity when it began: history outlives the deployment's row.
  public var identity: DeploymentIdentity
  /// Where it runs.
  public var cluster: ClusterID
  /// The deployment's generation that it runs.
  public var generation: Int
  /// From 1 within the generation.
  public var attempt: Int
  /// Where it is in its life.
  public var state: RunState
  /// What it holds while it is live.
  public var resources: Resources
  /// The GPUs it holds, sorted.
  public var gpus: [GPUShare]
  /// What `prepare` returned; nil: not known to be prepared. Only a recorded handle is ever launched.
  public var handle: String?
  /// Whether `launch` may have been called: it is set in the transaction before the call.
  public var isLaunched: Bool
  /// When it was journalled.
  public var createdAt: Instant
  /// When execution was confirmed.
  public var startedAt: Instant?
  /// When its end was confirmed.
  public var endedAt: Instant?
  /// How it ended; nil until then.
  public var outcome: RunOutcome?
  /// Why it was asked to stop; nil: it was not.
  public var stopCause: StopCause?
  /// When it was asked to stop; nil: it was not, or before that was recorded.
  public var stopRequestedAt: Instant?
  /// What a stop must know, also when the deployment's spec has changed since.
  public var stopGrace: TimeSpan

  /// Makes the record of a run that is about to be prepared.
  public init(
    id: RunID, name: RunName, deployment: DeploymentID, identity: DeploymentIdentity, cluster: ClusterID,
    generation: Int, attempt: Int, resources: Resources, gpus: [GPUShare], createdAt: Instant, stopGrace: TimeSpan
  ) {
    self.id = id
    self.name = name
    self.deployment = deployment
    self.identity = identity
    self.cluster = cluster
    self.generation = generation
    self.attempt = attempt
    self.state = .starting
    self.resources = resources
    self.gpus = gpus
    self.handle = nil
    self.isLaunched = false
    self.createdAt = createdAt
    self.stopGrace = stopGrace
  }
}

/// What an engine reports of one run.
public enum RunObservation: Sendable, Hashable {
  /// The engine does not know it: never prepared, or removed.
  case absent
  /// Prepared; nothing was executed yet.
  case prepared
  /// Launched, waiting inside the engine, in its own words.
  case queued(String)
  /// Executing, since when.
  case running(since: Instant)
  /// Over and gone, with everything that it started.
  case ended(RunOutcome, at: Instant)
}
