/// State of a run. The raw value is what the `state` column of `runs` holds.
public enum RunState: String, Sendable, Hashable, CaseIterable {
  /// Journaled, perhaps prepared or launched; execution is not confirmed.
  case starting
  /// Execution is confirmed.
  case running
  /// The run was asked to stop and is not yet gone.
  case stopping
  /// The run is gone, with an outcome.
  case ended
  /// The run is gone without an outcome: its machine restarted, or its supervisor was killed.
  case lost

  /// Whether the run holds resources: until the engine confirms that it is gone.
  public var isLive: Bool {
    switch self {
    case .starting, .running, .stopping: true
    case .ended, .lost: false
    }
  }
}

/// Outcome of a run.
public enum RunOutcome: Sendable, Hashable {
  /// Exit by itself with a status, 0 to 255.
  case exited(status: Int)
  /// Termination by a signal, by number.
  case signaled(signal: Int)
  /// Failure to start, in the engine's words.
  case failedToStart(String)
  /// Stop by the engine after `maxRuntime`.
  case maxRuntimeExceeded
  /// Stop by the engine for using more memory than the run asked for.
  case ramExceeded
  /// Unknown end of a run that is certainly gone, though its machine did not restart.
  case lost
  /// Unknown end of a run that went down with its machine.
  case interrupted
  /// End after Berth asked the run to stop, with whatever status.
  case stopped
  /// Abandoned before the launch.
  case abandoned

  /// The outcome for people: `exited with status 3`.
  public var text: String {
    switch self {
    case .exited(let status): "exited with status \(status)"
    case .signaled(let signal): "ended by signal \(signal)"
    case .failedToStart(let message): "failed to start: \(message)"
    case .maxRuntimeExceeded: "stopped after maxRuntime"
    case .ramExceeded: "stopped for using more memory than it requested"
    case .lost: "lost: its supervisor was killed, or its files were removed"
    case .interrupted: "lost: its machine restarted"
    case .stopped: "stopped"
    case .abandoned: "cancelled before it was launched"
    }
  }

  /// Whether the run is gone without an end of its own.
  public var isLoss: Bool { self == .lost || self == .interrupted }

  /// Whether the outcome is the success of a job.
  public var isSuccess: Bool { self == .exited(status: 0) }
}

/// Reason why Berth asked a run to stop.
public enum StopCause: Sendable, Hashable {
  /// A new generation takes the run's room.
  case replaced
  /// The deployment was withdrawn.
  case withdrawn
  /// The deployment was suspended.
  case suspended
  /// A deployment of higher effective priority takes the run's room.
  case preempted(by: DeploymentID)
  /// A dependency that was admitted together with the run failed before the run was launched.
  case dependencyFailed
  /// Berth stops the run after `maxRuntime`, where the engine can't.
  case maxRuntime
  /// A secret that the run needs turned out not to be available.
  case secretUnavailable
  /// The engine said that the run can't be launched.
  case launchFailed
  /// The owner ceased to be active or a member before the run was launched.
  case ownerMayNot

  /// The deployment for which the run was preempted; nil: it was not.
  public var preemptor: DeploymentID? {
    if case .preempted(let by) = self { by } else { nil }
  }

  /// The reason for people, after "asked to stop: ".
  public var text: String {
    switch self {
    case .replaced: "replaced by a new generation"
    case .withdrawn: "no longer declared"
    case .suspended: "suspended"
    case .preempted: "preempted"
    case .dependencyFailed: "a dependency that must be running is not"
    case .maxRuntime: "maxRuntime exceeded"
    case .secretUnavailable: "a secret is not available"
    case .launchFailed: "launch failed"
    case .ownerMayNot: "its user is inactive or not a member"
    }
  }
}

/// Share of one GPU that a run holds.
public struct GPUShare: Sendable, Hashable, Comparable {
  /// Index of the device on its cluster, from 0.
  public var slot: Int
  /// Thousandths of the device: 1000 for all.
  public var milli: Int
  /// Makes a share.
  public init(slot: Int, milli: Int) {
    self.slot = slot
    self.milli = milli
  }
  /// Orders shares by slot.
  public static func < (left: GPUShare, right: GPUShare) -> Bool { left.slot < right.slot }
}

/// One attempt at a deployment on an engine: a row of the journal.
public struct RunRecord: Sendable, Hashable {
  /// The run's row in the journal.
  public var id: RunID
  /// The run's name on its engine.
  public var name: RunName
  /// The deployment that the run is an attempt at.
  public var deployment: DeploymentID
  /// The deployment's identity when the run began: history outlives the deployment's row.
  public var identity: DeploymentIdentity
  /// The cluster that the run is on.
  public var cluster: ClusterID
  /// The deployment's generation that the run belongs to.
  public var generation: Int
  /// Number of the attempt, from 1 within the generation.
  public var attempt: Int
  /// The run's state.
  public var state: RunState
  /// The resources that the run holds while it is live.
  public var resources: Resources
  /// The shares of GPUs that the run holds, sorted.
  public var gpus: [GPUShare]
  /// The handle that `prepare` returned; nil: not known to be prepared. Only a recorded handle is ever launched.
  public var handle: String?
  /// Whether `launch` may have been called: set in the transaction before the call.
  public var isLaunched: Bool
  /// Time when the run was journaled.
  public var createdAt: Instant
  /// Time when execution was confirmed.
  public var startedAt: Instant?
  /// Time when the end was confirmed.
  public var endedAt: Instant?
  /// The outcome; nil until the run has ended.
  public var outcome: RunOutcome?
  /// The reason why the run was asked to stop; nil: it was not.
  public var stopCause: StopCause?
  /// Time when the run was asked to stop; nil: it was not, or before that was recorded.
  public var stopRequestedAt: Instant?
  /// Time between the request to end and the kill; kept here because the deployment's spec may have changed since.
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

/// Report of an engine about one run.
public enum RunObservation: Sendable, Hashable {
  /// The engine does not know the run: never prepared, or removed.
  case absent
  /// The run is prepared; nothing was executed yet.
  case prepared
  /// The run is launched and waits inside the engine, in the engine's words.
  case queued(String)
  /// The run executes since a time.
  case running(since: Instant)
  /// The run is gone, with every process that it started.
  case ended(RunOutcome, at: Instant)
  /// The run has lost its supervisor and has no end yet, so that a part of it may live. Settling it gives it this outcome.
  case unsettled(RunOutcome)
  /// The engine can't tell the state of this run, for a reason that concerns no other: its files can't be read. It may live.
  case unknown(String)
  /// The run is alive, or may be, and belongs to another installation or to another life of this state; in words.
  case foreign(String)
}

extension RunObservation {
  /// Whether the report stands whatever was asked of the engine meanwhile: the run executes, or is over.
  public var isCertain: Bool {
    switch self {
    case .queued, .running, .ended: true
    case .absent, .prepared, .unsettled, .unknown, .foreign: false
    }
  }

  /// Whether something of the run may be alive.
  public var mayBeAlive: Bool {
    switch self {
    case .queued, .running, .unsettled, .unknown, .foreign: true
    case .absent, .prepared, .ended: false
    }
  }

  /// The reason why the engine can't tell the run's state; `nil` if it can.
  public var trouble: String? {
    switch self {
    case .unknown(let why), .foreign(let why): why
    case .absent, .prepared, .queued, .running, .ended, .unsettled: nil
    }
  }
}
