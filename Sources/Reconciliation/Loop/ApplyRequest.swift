import Diagnostics
import FleetCore
import FleetModel
import PlanModel

/// Request to bring a declared state about.
public struct ApplyRequest: Sendable {
  /// Source of the declarations.
  public enum Input: Sendable {
    /// A declared state, valid as a whole. What-if changes of declared or recorded objects are for a plan only; a request with
    /// some must not be applied.
    case declared(DesiredState, supposing: [WhatIf] = [])
    /// Files that declare the state. Those that may differ from what is recorded are decoded.
    case files(ManifestFiles)
  }
  /// The declarations.
  public var input: Input
  /// Options of the comparison.
  public var options: ComparisonOptions
  /// The FAILED deployments to run again.
  public var retries: RetrySelection
  /// Longest time to wait for the lock.
  public var lockTimeout: TimeSpan
  /// Limits of the plan's forecast of starts; `nil`: no forecast.
  public var forecasting: ForecastLimits?

  /// Creates a request.
  public init(
    _ input: Input, options: ComparisonOptions, retries: RetrySelection = .none, lockTimeout: TimeSpan = .zero
  ) {
    self.input = input
    self.options = options
    self.retries = retries
    self.lockTimeout = lockTimeout
  }
}

/// Selection of FAILED deployments to run again.
public enum RetrySelection: Sendable, Hashable {
  case none
  /// All of the source.
  case all
  /// Named deployments.
  case named([DeploymentIdentity])
}

/// State at which `apply` ends.
public enum ApplyGoal: Sendable, Hashable {
  /// All starts and stops of the apply itself are done.
  case carriedOut
  /// Every deployment of the source has started.
  case started
  /// Every job of the source is COMPLETED and every service ready.
  case converged
}

/// Outcome of an apply or a watch.
public struct ApplyOutcome: Sendable {
  /// Reason of the end.
  public enum End: Sendable, Hashable {
    /// The goal is reached.
    case reached
    /// The goal can't be reached without a change by somebody: something FAILED or can't be placed.
    case stuck
    /// The timeout has passed.
    case timedOut
    /// The command was interrupted. Runs go on.
    case interrupted
  }
  /// The reason of the end.
  public var end: End
  /// The state of the source's deployments, compared with what is declared.
  public var convergence: Convergence
  /// Deployments of the source that are held, each with its reason, in the order of the queues.
  public var holds: [Action]
  /// Deployments whose run was begun by this apply and failed to start.
  public var failedStarts: [DeploymentIdentity]
  /// All actions of this apply, in order.
  public var actions: [Action]
}

/// Reason why a request was not carried out.
public enum ReconcilerError: Error, Sendable {
  /// The plan that was made under the lock is refused. The warnings are those about its manifests.
  case refused(Plan, warnings: [Diagnostic])
  /// The state has changed since the plan was shown, so that another plan would be carried out.
  case stalePlan(shown: Plan, now: Plan)
}
