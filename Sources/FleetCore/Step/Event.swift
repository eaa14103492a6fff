import FleetModel

/// What can happen to a fleet. Everything that `step` reacts to is one of these.
public enum Event: Sendable {
  /// Documents of a source changed or were withdrawn.
  case declared(Revision)
  /// Whole looks at the engines of clusters, or that there is no answer. Several in one event are taken in together,
  /// before anything is admitted.
  case clustersObserved([ClusterID: ClusterObservation])
  /// Some runs of a cluster changed; the others did not.
  case runsObserved(ClusterID, [RunName: RunObservation])
  /// A call that an effect asked for came back.
  case callFinished(RunName, CallResult)
  /// A time that an effect `wake` named has come, or may have.
  case timer
  /// Waiting deployments, of whatever source, that name a secret which can't be resolved here, and why.
  case secretsMissing([DeploymentIdentity: String])
  /// FAILED deployments are to run again, their retries renewed.
  case retryRequested([DeploymentIdentity])
}

/// What of a source changed: made by comparing, so that its size is that of the change.
public struct Revision: Sendable {
  /// The source's name.
  public var source: String
  /// The absolute directory that the source is bound to; nil: files or standard input.
  public var binding: String?
  /// The source is bound to another directory by now, and moves to this one.
  public var rebinds = false
  /// The objects that are new or differ, in the order of creation and then of identity.
  public var declarations: [DeclaredChange]
  /// The recorded identities that no manifest of the source declares any more.
  public var withdrawn: [ObjectIdentity]
  /// Keyed digests of the secrets that could be resolved, by reference.
  public var secretDigests: [SecretReference: String]
  /// Digests of secrets that could not be resolved when their unchanged deployments were declared, and now can.
  public var firstDigests: [DeploymentIdentity: [String: String]] = [:]
  /// The declared deployments, changed or not, that name a secret which can't be resolved here, and why.
  public var missingSecrets: [DeploymentIdentity: String]
  /// The values of `hashedPassword` and `inviteCode` given by reference, for the columns that hold them.
  public var columnValues: [SecretReference: SecretText]

  /// Makes a revision.
  public init(
    source: String, binding: String?, declarations: [DeclaredChange] = [], withdrawn: [ObjectIdentity] = [],
    secretDigests: [SecretReference: String] = [:], missingSecrets: [DeploymentIdentity: String] = [:],
    columnValues: [SecretReference: SecretText] = [:]
  ) {
    self.source = source
    self.binding = binding
    self.declarations = declarations
    self.withdrawn = withdrawn
    self.secretDigests = secretDigests
    self.missingSecrets = missingSecrets
    self.columnValues = columnValues
  }
}

/// A declaration that is new or differs.
public struct DeclaredChange: Sendable {
  /// Shared by all that are declared together: a first revision has a hundred thousand of them, of half a kilobyte each.
  private let declarations: [Declaration]
  private let position: Int
  /// A deployment needs a new run for it.
  public var forcesNewRun: Bool

  /// What the manifest says now.
  public var declaration: Declaration {
    _read { yield declarations[position] }
  }

  /// Makes one.
  public init(_ declaration: Declaration, forcesNewRun: Bool) {
    self.init(at: 0, of: [declaration], forcesNewRun: forcesNewRun)
  }

  /// Makes one of the declaration at a place among others.
  init(at position: Int, of declarations: [Declaration], forcesNewRun: Bool) {
    self.declarations = declarations
    self.position = position
    self.forcesNewRun = forcesNewRun
  }
}

/// What a look at a cluster's engine came to.
public enum ClusterObservation: Sendable {
  /// All runs that the engine knows. `asOf` is `Fleet.stepCount` when the look began: what it misses of a later call
  /// says nothing.
  case answered(runs: [RunName: RunObservation], asOf: Int)
  /// The engine does not answer, in its own words.
  case unknown(String)
}

/// What a call to an engine came to.
public enum CallResult: Sendable, Hashable {
  /// `prepare` returned this handle.
  case prepared(handle: String)
  /// `launch` returned, and what it saw.
  case launched(RunObservation)
  /// `stop` returned: the run has been asked, and what was seen of it then.
  case stopRequested(RunObservation)
  /// The call failed.
  case failed(Call, CallFailure)
}

/// A call to an engine.
public enum Call: String, Sendable, Hashable {
  case prepare
  case launch
  case stop
}
