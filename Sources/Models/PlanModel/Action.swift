import FleetModel

/// One step that a plan takes.
public struct Action: Hashable, Sendable {
  /// Kind of step.
  public enum Kind: Hashable, Sendable {
    /// Records an organization, a user, a cluster or a deployment for the first time.
    case register
    /// Changes a record in place.
    case update
    /// Begins a run.
    case start(StartCause)
    /// Asks a run to stop.
    case stop(StopCause)
    /// Asks a run to stop for a deployment of higher effective priority.
    case preempt(for: DeploymentIdentity)
    /// Deletes a record that no manifest declares any more.
    case prune
    /// Holds a deployment, with the reason.
    case hold(Reason)
  }

  /// Reason why a run begins.
  public enum StartCause: String, Hashable, Sendable, CaseIterable {
    /// The first run of its first generation.
    case new
    /// The first run of a later generation.
    case replacement
    /// A retry after a failed run.
    case retry
    /// The restart of a service that exited.
    case restart
    /// Another run after one that was lost or abandoned; no retry is spent.
    case again
    /// The return of a preempted deployment for which there is room again; no retry is spent.
    case returned
    /// A run of a FAILED deployment on request.
    case requested
  }

  /// The kind of step.
  public var kind: Kind
  /// The object of the step.
  public var identity: ObjectIdentity
  /// The search that chose this victim; nil: it is not a preemption.
  public var selection: VictimSelection?

  /// Makes an action.
  public init(_ kind: Kind, _ identity: ObjectIdentity, selection: VictimSelection? = nil) {
    self.kind = kind
    self.identity = identity
    self.selection = selection
  }

  /// Whether the step is a hold, which changes nothing.
  public var isHold: Bool {
    if case .hold = kind { true } else { false }
  }
}

/// The search that chose the victims of a preemption.
public struct VictimSelection: Hashable, Sendable {
  /// Whether no other choice is cheaper; if false, the choice was greedy, and no victim can be spared.
  public var isExact: Bool
  /// Number of runs among which the victims were searched, including runs that stop with others.
  public var candidates: Int

  /// Makes a victim selection.
  public init(isExact: Bool, candidates: Int) {
    self.isExact = isExact
    self.candidates = candidates
  }
}
