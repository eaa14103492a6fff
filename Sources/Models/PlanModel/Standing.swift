import FleetModel

/// The state of a deployment at one moment, with its reason.
public struct Standing: Hashable, Sendable {
  /// The status, with the ends of runs that engines report.
  public var status: DeploymentStatus
  /// The state in a word.
  public var state: Explanation.State
  /// The dominant reason why it waits or has failed; nil: nothing holds it.
  public var reason: Reason?

  /// Makes a standing.
  public init(status: DeploymentStatus, state: Explanation.State, reason: Reason?) {
    self.status = status
    self.state = state
    self.reason = reason
  }
}
