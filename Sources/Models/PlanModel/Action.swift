import FleetModel

/// One step that a plan takes.
public struct Action: Hashable, Sendable {
  /// What is done.
  public enum Kind: Hashable, Sendable {
    /// An organization, a user, a cluster or a deployment is recorded for the first time.
    case register
    /// A record is changed in place.
    case update
    /// A run begins.
    case start(StartCause)
    /// A run is asked to stop.
    case stop(StopCause)
    /// A run is asked to stop for a deployment of higher effective priority.
    case preempt(for: DeploymentIdentity)
    /// A record that no manifest declares any more is deleted.
    case prune
    /// A deployment waits, and why.
    case hold(Reason)
  }

  /// Why a run begins.
  public enum StartCause: String, Hashable, Sendable, CaseIterable {
    /// The first run of its first generation.
    case new
    /// The first run of a later generation.
    case replacement
    /// A failed run is tried again.
    case retry
    /// A service exited.
    case restart
    /// The last run was lost or given up; no retry is spent.
    case again
    /// It was preempted, and there is room for it again; no retry is spent.
    case returned
    /// It had FAILED, and somebody asked for another run.
    case requested
  }

  /// What is done.
  public var kind: Kind
  /// To what.
  public var identity: ObjectIdentity
  /// How it was found that this is to be preempted; nil: it is not.
  public var selection: VictimSelection?

  /// Makes an action.
  public init(_ kind: Kind, _ identity: ObjectIdentity, selection: VictimSelection? = nil) {
    self.kind = kind
    self.identity = identity
    self.selection = selection
  }

  /// Whether it only waits.
  public var isHold: Bool {
    if case .hold = kind { true } else { false }
  }
}

/// How the victims of a preemption were found.
public struct VictimSelection: Hashable, Sendable {
  /// No other choice is cheaper; else it was found greedily, and no victim can be spared.
  public var isExact: Bool
  /// Among how many runs they were looked for, those that stop with others included.
  public var candidates: Int

  /// Makes one.
  public init(isExact: Bool, candidates: Int) {
    self.isExact = isExact
    self.candidates = candidates
  }
}
