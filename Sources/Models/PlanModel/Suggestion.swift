import Diagnostics
import FleetModel

/// A change that starts a deployment that does not run, tried with the scheduler.
public struct Suggestion: Hashable, Sendable {
  /// Kind of suggestion. The cases are in order from the least invasive to the most.
  public enum Kind: String, Hashable, Sendable, CaseIterable, Comparable {
    /// Apply: nothing has to be changed.
    case apply
    /// Remove what bars the deployment: a suspension, a failure, a missing secret, an inactive owner.
    case unblock
    /// Request more: its last run was stopped for using more memory than it requests.
    case more
    /// Bound the deployment's runtime, so that it fits before a reservation.
    case bound
    /// Request less.
    case less
    /// Raise the priority above others in the queue, without stopping a run.
    case priority
    /// Move to another cluster of the organization.
    case move
    /// Raise the priority above live runs, which are preempted.
    case preempt
    /// Raise the cluster's capacity.
    case capacity
    /// Suspend another deployment.
    case suspendOther
    /// Start earlier than otherwise, or at all, though not at once.
    case sooner
    /// Wait: nothing is done.
    case wait

    /// Orders kinds: the less invasive is less.
    public static func < (left: Kind, right: Kind) -> Bool { left.rank < right.rank }
    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
  }

  /// The kind of change that helps.
  public var kind: Kind
  /// The remedies, which belong together; empty: only wait.
  public var remedies: [Remedy]
  /// The start of the deployment after the remedies.
  public var start: Start
  /// The cost of each preemption that follows.
  public var bills: [PreemptionBill]

  /// Makes a suggestion.
  public init(kind: Kind, remedies: [Remedy], start: Start, bills: [PreemptionBill] = []) {
    self.kind = kind
    self.remedies = remedies
    self.start = start
    self.bills = bills
  }

  /// Start of a deployment after a suggestion was followed.
  public enum Start: Hashable, Sendable {
    /// At once.
    case now
    /// After other deployments are over, or up, in this order; at a time if all goes as expected, nil: their durations are
    /// unknown.
    case once([DeploymentIdentity], at: Instant?)
    /// At a time, as far as it can be known.
    case at(Instant)
  }
}

/// One thing to do.
public enum Remedy: Hashable, Sendable {
  /// Change fields of one object's manifest.
  case edit(ManifestEdit)
  /// Run a FAILED deployment again: `--retry-failed`.
  case retry(DeploymentIdentity)
  /// Make a secret available where Berth runs, in the resolver's words.
  case provideSecret(DeploymentIdentity, String)
  /// Make the engine of a cluster answer, in the engine's words.
  case repairEngine(ClusterIdentity, String)
  /// Apply the manifests as they are.
  case apply
}

/// A change of one object's manifest.
public struct ManifestEdit: Hashable, Sendable {
  /// The object whose manifest changes, under its identity before the change.
  public var object: ObjectIdentity
  /// The source that owns it.
  public var source: String
  /// The fields, in the order of the schema. Never empty.
  public var fields: [Field]

  /// Makes a manifest edit.
  public init(object: ObjectIdentity, source: String, fields: [Field]) {
    self.object = object
    self.source = source
    self.fields = fields
  }

  /// One field.
  public struct Field: Hashable, Sendable {
    /// Path from the document's root: `spec.resources.gpu`.
    public var path: String
    /// The present value, as a manifest spells it; nil: it is not set.
    public var old: String?
    /// The new value; nil: the field is removed.
    public var new: String?
    /// The field's place in the manifest; nil: unknown, or the field is not there yet.
    public var place: SourcePlace?
    /// Makes a field.
    public init(path: String, old: String?, new: String?, place: SourcePlace? = nil) {
      self.path = path
      self.old = old
      self.new = new
      self.place = place
    }
  }
}
