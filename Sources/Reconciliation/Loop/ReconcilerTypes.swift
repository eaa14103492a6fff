import EngineInterface
import FleetCore
import FleetModel
import PlanModel

/// Gives the engine of a cluster. Clusters with equal engine settings share one engine value.
public protocol EngineDirectory: Sendable {
  /// The engine for these settings.
  func engine(for spec: EngineSpec) -> any Engine
}

/// Where the time comes from.
public protocol TimeSource: Sendable {
  /// Now; may jump back, which the fleet does not follow.
  func now() -> Instant
  /// Returns at that time or a little later; throws when the task is cancelled.
  func sleep(until instant: Instant) async throws
}

/// Follows what a reconciler does. Called from the reconciler's own task, in order.
public protocol ReconcilerObserver: Sendable {
  /// Something happened.
  func reconciler(did notice: ReconcilerNotice)
}

/// What a reconciler tells while it works.
public enum ReconcilerNotice: Sendable {
  /// This plan was made under the lock, and is carried out now.
  case planned(Plan)
  /// A transaction was committed: the actions that were decided, and what is to be read in `berth events` from now on.
  case committed(actions: [Action], events: [EventRecord])
  /// The lock was given up; what is waited for now.
  case waiting(Convergence)
  /// An engine stopped or began to answer.
  case engine(EngineSpec, unknown: String?)
  /// What only a watch has to tell.
  case watch(WatchNotice)
}

/// What is to be brought about.
public struct ApplyRequest: Sendable {
  /// The declared state, valid as a whole; empty where `files` declare it.
  public var desired: DesiredState
  /// The files that declare the state, to be decoded where they may differ from what is recorded.
  public var files: ManifestFiles?
  /// How it is compared.
  public var options: ComparisonOptions
  /// The FAILED deployments to run again.
  public var retries: RetrySelection
  /// How long to wait for the lock.
  public var lockTimeout: TimeSpan
  /// How far its plan looks ahead for the starts of what waits; nil: it does not.
  public var forecasting: ForecastLimits?
  /// What its plan takes as otherwise than it is; never carried out.
  public var supposing: [WhatIf] = []

  /// Makes a request.
  public init(
    desired: DesiredState, options: ComparisonOptions, retries: RetrySelection = .none, lockTimeout: TimeSpan = .zero
  ) {
    self.desired = desired
    files = nil
    self.options = options
    self.retries = retries
    self.lockTimeout = lockTimeout
  }
}

extension ApplyRequest {
  /// Makes a request by files.
  public init(
    files: ManifestFiles, options: ComparisonOptions, retries: RetrySelection = .none, lockTimeout: TimeSpan = .zero
  ) {
    self.init(desired: DesiredState(declarations: []), options: options, retries: retries, lockTimeout: lockTimeout)
    self.files = files
  }
}

/// Which FAILED deployments run again.
public enum RetrySelection: Sendable, Hashable {
  case none
  /// All of the source.
  case all
  /// These.
  case named([DeploymentIdentity])
}

/// How long `apply` goes on.
public enum ApplyGoal: Sendable, Hashable {
  /// Until its own starts and stops are done.
  case carriedOut
  /// Until every deployment of the source has started.
  case started
  /// Until every job of the source is COMPLETED and every service ready.
  case converged
}

/// How an apply came out.
public struct ApplyOutcome: Sendable {
  /// Why it ended.
  public enum End: Sendable, Hashable {
    /// The goal is reached.
    case reached
    /// The goal can't be reached without somebody's doing: something FAILED or can't be placed.
    case stuck
    /// The time was over.
    case timedOut
    /// It was asked to end. What runs goes on.
    case interrupted
  }
  /// Why it ended.
  public var end: End
  /// What of the source is as declared, and what isn't.
  public var convergence: Convergence
  /// What of the source does not run though it should, each with its reason, in the order of the queues.
  public var holds: [Action]
  /// The deployments whose run was begun by this apply and failed to start.
  public var failedStarts: [DeploymentIdentity]
  /// All actions that it took, in order.
  public var actions: [Action]
}

/// Why a reconciler gave up.
public enum ReconcilerError: Error, Sendable {
  /// The plan that was made under the lock has refusals, or is not the one that was shown.
  case refused(Plan)
  /// Since the plan was shown the state has changed such that another plan would be carried out.
  case stalePlan(shown: Plan, now: Plan)
}
