import Diagnostics
import FleetModel

/// One difference between desired and recorded state.
public struct Change: Hashable, Sendable {
  /// Kind of change.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case create
    /// A change in place: no run is stopped for it.
    case update
    /// A new generation: a new run replaces the old one, or a finished job runs again.
    case replace
    case delete
  }

  /// The kind of change.
  public var kind: Kind
  /// The changed object, as it is called after the plan. A deleted one whose name passes to another is displaced.
  public var identity: ObjectIdentity
  /// The former identity, if `renamedFrom` changed it; for a delete also if a parent of it was renamed, or it was displaced.
  public var renamedFrom: ObjectIdentity?
  /// The place of the declaration in the manifest; nil for a delete.
  public var place: SourcePlace?
  private let differences: Differences

  /// The fields that differ. Those of a new object are computed on request: a first plan has a hundred thousand objects
  /// with a dozen fields each, and shows three.
  private enum Differences: Sendable {
    case listed([FieldDifference])
    /// The fields of the declaration at a position of a shared array.
    case ofNew([Declaration], Int)
  }

  /// The fields that differ; all fields that are set for a create, none for a delete.
  public var fields: [FieldDifference] {
    switch differences {
    case .listed(let fields): fields
    case .ofNew(let declarations, let position):
      SpecDifference.ofNew(declarations[position].spec, declarations[position].metadata)
    }
  }

  /// Makes a change.
  public init(
    _ kind: Kind, _ identity: ObjectIdentity, renamedFrom: ObjectIdentity? = nil, fields: [FieldDifference] = [],
    place: SourcePlace? = nil
  ) {
    self.kind = kind
    self.identity = identity
    self.renamedFrom = renamedFrom
    self.place = place
    differences = .listed(fields)
  }

  /// Makes the creation of the object that the declaration at `position` declares.
  public init(creating position: Int, of declarations: [Declaration]) {
    kind = .create
    identity = declarations[position].identity
    place = declarations[position].place
    differences = .ofNew(declarations, position)
  }

  /// Compares two creations by their declarations, which determine their fields.
  public static func == (left: Change, right: Change) -> Bool {
    guard left.kind == right.kind, left.identity == right.identity, left.renamedFrom == right.renamedFrom,
      left.place == right.place
    else { return false }
    if case (.ofNew(let mine, let i), .ofNew(let others, let j)) = (left.differences, right.differences) {
      return mine[i].spec == others[j].spec && mine[i].metadata == others[j].metadata
    }
    return left.fields == right.fields
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(kind)
    hasher.combine(identity)
  }
}

extension Change: CustomStringConvertible {
  /// The whole change, with its fields.
  public var description: String {
    let from = renamedFrom.map { " renamed from \($0.text)" } ?? ""
    let at = place.map { " at \($0)" } ?? ""
    return "\(kind.rawValue) \(identity.text)\(from)\(at): \(fields)"
  }
}
