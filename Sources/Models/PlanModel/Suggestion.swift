import Diagnostics
import FleetModel

/// Something that starts a deployment that does not run, tried out with the scheduler.
public struct Suggestion: Hashable, Sendable {
  /// In which way it helps. The cases stand in the order from the least invasive to the most.
  public enum Kind: String, Hashable, Sendable, CaseIterable, Comparable {
    /// Nothing is to be changed; somebody only has to apply.
    case apply
    /// What bars it is removed: a suspension, a failure, a missing secret, an owner who may not.
    case unblock
    /// It says how long it may run, and goes before what is kept for another.
    case bound
    /// It asks for less.
    case less
    /// It comes before others in the queue, and stops nobody.
    case priority
    /// It moves to another cluster of its organization.
    case move
    /// It comes before others, and what runs is preempted for it.
    case preempt
    /// Its cluster has more.
    case capacity
    /// Another is suspended.
    case suspendOther
    /// It starts earlier than it would, or at all, though not at once.
    case sooner
    /// Nothing is done.
    case wait

    /// Less invasive is less.
    public static func < (left: Kind, right: Kind) -> Bool { left.rank < right.rank }
    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
  }

  /// In which way it helps most.
  public var kind: Kind
  /// What is to be done, all of it together; empty: nothing but to wait.
  public var remedies: [Remedy]
  /// When the deployment then starts.
  public var start: Start
  /// What is preempted for it, and what that costs.
  public var bills: [PreemptionBill]

  /// Makes one.
  public init(kind: Kind, remedies: [Remedy], start: Start, bills: [PreemptionBill] = []) {
    self.kind = kind
    self.remedies = remedies
    self.start = start
    self.bills = bills
  }

  /// When a deployment starts after something was done about it.
  public enum Start: Hashable, Sendable {
    /// At once.
    case now
    /// Once these are over, or up, in this order; at that time if all goes as expected, nil: nobody knows how long they run.
    case once([DeploymentIdentity], at: Instant?)
    /// Then, as far as one can know.
    case at(Instant)
  }
}

/// One thing to do.
public enum Remedy: Hashable, Sendable {
  /// Fields of one object's manifest are changed.
  case edit(ManifestEdit)
  /// A FAILED deployment is run again: `--retry-failed`.
  case retry(DeploymentIdentity)
  /// A secret is made available where Berth runs; in the words of who looked for it.
  case provideSecret(DeploymentIdentity, String)
  /// The engine of a cluster is made to answer; in its words.
  case repairEngine(ClusterIdentity, String)
  /// The manifests are applied as they are.
  case apply
}

/// A change of one object's manifest.
public struct ManifestEdit: Hashable, Sendable {
  /// Whose manifest; under the identity that it has before the change.
  public var object: ObjectIdentity
  /// The source that owns it.
  public var source: String
  /// The fields, in the order of the schema. Never empty.
  public var fields: [Field]

  /// Makes one.
  public init(object: ObjectIdentity, source: String, fields: [Field]) {
    self.object = object
    self.source = source
    self.fields = fields
  }

  /// One field.
  public struct Field: Hashable, Sendable {
    /// From the document's root: `spec.resources.gpu`.
    public var path: String
    /// What it says now, as a manifest spells it; nil: it is not set.
    public var old: String?
    /// What it is to say; nil: it is to be removed.
    public var new: String?
    /// Where it stands; nil: that is not known, or it is not there yet.
    public var place: SourcePlace?
    /// Makes one.
    public init(path: String, old: String?, new: String?, place: SourcePlace? = nil) {
      self.path = path
      self.old = old
      self.new = new
      self.place = place
    }
  }
}
