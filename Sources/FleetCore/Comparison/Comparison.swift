import FleetModel
import PlanModel

/// The differences between a desired state and a fleet, and the revision that would remove them.
public struct Comparison: Sendable {
  /// Creations, updates and replacements in the order of creation, then deletions in the reverse.
  public var changes: [Change] = []
  /// Number of declared objects that do not differ.
  public var unchanged = 0
  /// The content of the event that brings the differences into a fleet.
  public var revision: Revision
  /// Notices, which stop nothing.
  public var notices: [Notice] = []
  /// Reasons why the revision must not be applied; empty if it may be.
  public var refusals: [Refusal] = []
  /// Limits on what the plan may cost running deployments.
  public var guards = PlanGuards()
  /// Recorded identities of declared objects that are recorded under another identity than the declared one.
  public internal(set) var recordedIdentities: [ObjectIdentity: ObjectIdentity] = [:]

  /// Returns the identity under which a declared deployment was recorded before, if it was recorded at all.
  public func recordedIdentity(of identity: DeploymentIdentity) -> DeploymentIdentity {
    if case .deployment(let recorded)? = recordedIdentities[.deployment(identity)] { recorded } else { identity }
  }

  /// Declared identities of the deployments that are renamed, by the recorded ones.
  public var declaredIdentities: [DeploymentIdentity: DeploymentIdentity] {
    var declared: [DeploymentIdentity: DeploymentIdentity] = [:]
    for case (.deployment(let identity), .deployment(let recorded)) in recordedIdentities {
      declared[recorded] = identity
    }
    return declared
  }
}

extension Fleet {
  /// Compares a desired state with the recorded one. Each declaration costs one lookup and one comparison of texts;
  /// only specs that differ are decoded.
  ///
  /// - Parameters:
  ///   - vouched: declared objects beyond `desired` that are recorded exactly as they are declared.
  ///   - candidates: the only recorded objects that may have been dropped from the manifests; `nil`: all that the
  ///     source owns.
  /// - Throws: `SpecCodingError` if a recorded spec is damaged.
  public func compare(
    _ desired: DesiredState, secrets: ResolvedSecrets, options: ComparisonOptions,
    beside vouched: UnchangedObjects = UnchangedObjects(),
    candidates: [ObjectIdentity]? = nil
  ) throws -> Comparison {
    var search = try DifferenceSearch(
      fleet: self, desired: desired, secrets: secrets, options: options, vouched: vouched, candidates: candidates)
    try search.compareDeclarations()
    search.compareWithdrawals()
    search.checkGuards()
    search.result.guards = options.guards
    return search.result
  }
}
