import FleetModel
import PlanModel

/// Options for comparing one source's desired state with the recorded state.
public struct ComparisonOptions: Sendable {
  /// The source's name.
  public var source: String
  /// The absolute directory that the source is read from; `nil` for single files and standard input.
  public var binding: String?
  /// Whether objects that the source owns and no longer declares are withdrawn.
  public var prunes: Bool
  /// Whether a source that declares nothing may withdraw everything it owns.
  public var allowsEmpty: Bool
  /// The number of deletions that the user confirmed; it must be exact. `nil` if none was confirmed.
  public var confirmedDeletions: Int?
  /// The objects of other sources that are taken over instead of refused.
  public var takeover: Takeover
  /// The name that follows from where the manifests come from; `nil`: not known. A source that comes from the same place may
  /// be read from another directory.
  public var place: String?
  /// Whether the source's own directory has moved to `binding`, which is refused otherwise.
  public var hasMoved = false
  /// Limits on what the plan may cost running deployments.
  public var guards = PlanGuards()

  /// Creates options; by default they prune and confirm nothing.
  public init(
    source: String, binding: String?, prunes: Bool = true, allowsEmpty: Bool = false, confirmedDeletions: Int? = nil,
    takeover: Takeover = .nothing
  ) {
    self.source = source
    self.binding = binding
    self.prunes = prunes
    self.allowsEmpty = allowsEmpty
    self.confirmedDeletions = confirmedDeletions
    self.takeover = takeover
  }
}

/// Objects of other sources that a source takes over.
public enum Takeover: Sendable, Hashable {
  /// None: a declared object that another source owns is refused.
  case nothing
  /// All that the source declares.
  case all
  /// Objects that are named with their kind, `user/ada`, or that belong to a source that is named.
  case named(Set<String>)

  /// Whether an object of an owner is taken over.
  func includes(_ object: ObjectIdentity, of owner: String) -> Bool {
    switch self {
    case .nothing: false
    case .all: true
    case .named(let names): names.contains(owner) || names.contains(object.reference)
    }
  }
}

/// The result of resolving a desired state's secret references.
public struct ResolvedSecrets: Sendable {
  /// The state of each reference in an `env`.
  public var states: [SecretReference: SecretState]
  /// The values of column references (invite codes, hashed passwords) that were resolved.
  public var columnValues: [SecretReference: SecretText]
  /// The reason for each column reference that was not resolved.
  public var missingColumnValues: [SecretReference: String] = [:]
  /// Creates a result; empty by default, for a desired state without references.
  public init(states: [SecretReference: SecretState] = [:], columnValues: [SecretReference: SecretText] = [:]) {
    self.states = states
    self.columnValues = columnValues
  }
}
