import FleetModel

/// Something that happens to a fleet. `step` reacts to nothing else.
public enum Event: Sendable {
  /// Objects of a source were declared, changed or withdrawn.
  case declared(Revision)
  /// The engines of clusters were looked at, and answered or not. Several looks in one event are taken in together, before
  /// anything is admitted.
  case clustersObserved([ClusterID: ClusterObservation])
  /// Some runs of a cluster changed, and the others did not.
  case runsObserved(ClusterID, [RunName: RunObservation])
  /// A call that an effect asked for came back.
  case callFinished(RunName, CallResult)
  /// The time that an effect `wake` named has come, or may have.
  case timer
  /// Secrets of waiting deployments, of whatever source, cannot be resolved here, each for a reason. By number, because a
  /// declaration in the same batch may rename them.
  case secretsMissing([DeploymentID: String])
  /// FAILED deployments are to run again, with their retries renewed.
  case retryRequested([DeploymentIdentity])
}

/// Changes of a source, made by a comparison, so that its size is that of the changes.
public struct Revision: Sendable {
  /// The source's name.
  public var source: String
  /// The absolute path of the directory that the source is bound to; `nil` for files and standard input.
  public var binding: String?
  /// The name that follows from where the manifests come from; `nil`: not known.
  public var place: String?
  /// True if the source is bound to another directory by now, and moves to this one.
  public var rebinds = false
  /// Declarations that are new or differ, in the order of creation and then of identity.
  public var declarations: [DeclaredChange]
  /// Identities, as recorded before the revision, that no manifest of the source declares any more.
  public var withdrawn: [ObjectIdentity]
  /// Keyed digests of the secrets that could be resolved, by reference.
  public var secretDigests: [SecretReference: String]
  /// Digests of secrets, by unchanged deployment, that differ from the recorded ones and need no new run: the secret could not be
  /// resolved before, or its changed value is ignored.
  public var seenDigests: [DeploymentIdentity: [String: String]] = [:]
  /// Declared deployments, changed or not, that name a secret which cannot be resolved here, each with the reason.
  public var missingSecrets: [DeploymentIdentity: String]
  /// Values of `hashedPassword` and `inviteCode` that are given by reference, for the columns that hold them.
  public var columnValues: [SecretReference: SecretText]

  /// Creates a revision.
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
  /// The declarations of the whole revision. They are shared, because a first revision has a hundred thousand of them, of half
  /// a kilobyte each.
  private let declarations: [Declaration]
  private let position: Int
  /// True if a deployment needs a new run for it.
  public var forcesNewRun: Bool
  /// The identity under which the object is recorded before the revision; `nil`: the declared one, or none.
  public var recordedAs: ObjectIdentity?

  /// The declaration as the manifest has it now.
  public var declaration: Declaration {
    _read { yield declarations[position] }
  }

  /// Creates a change of one declaration.
  public init(_ declaration: Declaration, forcesNewRun: Bool, recordedAs: ObjectIdentity? = nil) {
    self.init(at: 0, of: [declaration], forcesNewRun: forcesNewRun)
    self.recordedAs = recordedAs
  }

  /// Creates a change of the declaration at a position among others.
  init(at position: Int, of declarations: [Declaration], forcesNewRun: Bool) {
    self.declarations = declarations
    self.position = position
    self.forcesNewRun = forcesNewRun
  }
}

/// Result of a look at a cluster's engine.
public enum ClusterObservation: Sendable {
  /// The engine answered with all runs that it knows. `asOf` is `Fleet.stepCount` when the look began: it says nothing of later
  /// calls.
  case answered(runs: [RunName: RunObservation], asOf: Int)
  /// The engine does not answer, for a reason in its own words.
  case unknown(String)
}

/// Result of a call to an engine.
public enum CallResult: Sendable, Hashable {
  /// `prepare` returned this handle.
  case prepared(handle: String)
  /// `launch` returned with what it saw of the run.
  case launched(RunObservation)
  /// `stop` returned: the run has been asked to stop, and this was seen of it then.
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
