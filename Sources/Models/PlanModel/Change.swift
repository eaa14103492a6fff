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
  /// Where the manifest declares it; nil for a delete.
  public var place: SourcePlace?
  private let differences: Differences

  /// The fields that differ. Those of a new object are found when they are asked for: a first plan has a hundred thousand
  /// times a dozen of them, and shows three.
  private enum Differences: Sendable {
    case listed([FieldDifference])
    /// Of the declaration at a place among these, which are shared.
    case ofNew([Declaration], Int)
  }

  /// The fields that differ; for a create all that are set, for a delete none.
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

  /// The creation of what the declaration at this place declares.
  public init(creating position: Int, of declarations: [Declaration]) {
    kind = .create
    identity = declarations[position].identity
    place = declarations[position].place
    differences = .ofNew(declarations, position)
  }

  /// Two creations are held against each other by what is declared, which their fields follow from.
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
  /// All that it says, however it holds it.
  public var description: String {
    let from = renamedFrom.map { " renamed from \($0.text)" } ?? ""
    let at = place.map { " at \($0)" } ?? ""
    return "\(kind.rawValue) \(identity.text)\(from)\(at): \(fields)"
  }
}
