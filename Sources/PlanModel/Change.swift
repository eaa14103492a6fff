import Diagnostics
import FleetModel

/// One difference between desired and recorded state.
public struct Change: Hashable, Sendable {
  /// What becomes of the object.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case create
    /// In place: no run is stopped for it.
    case update
    /// A new generation: a new run takes the place of the old one, or a finished job runs again.
    case replace
    case delete
  }

  /// What becomes of it.
  public var kind: Kind
  /// Which object.
  public var identity: ObjectIdentity
  /// Its identity before, if `renamedFrom` changed it.
  public var renamedFrom: ObjectIdentity?
  /// The fields that differ; for a create all that are set, for a delete none.
  public var fields: [FieldDifference]
  /// Where the manifest declares it; nil for a delete.
  public var place: SourcePlace?

  /// Makes a change.
  public init(
    _ kind: Kind, _ identity: ObjectIdentity, renamedFrom: ObjectIdentity? = nil, fields: [FieldDifference] = [],
    place: SourcePlace? = nil
  ) {
    self.kind = kind
    self.identity = identity
    self.renamedFrom = renamedFrom
    self.fields = fields
    self.place = place
  }
}
