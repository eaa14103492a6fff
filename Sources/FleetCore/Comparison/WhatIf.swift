import FleetModel
import PlanModel

/// One thing that is to be taken as otherwise than it is.
public struct WhatIf: Sendable, Hashable {
  /// A cluster or a deployment.
  public var target: ObjectIdentity
  /// What of it, and how.
  public var change: Change

  /// What is otherwise.
  public enum Change: Sendable, Hashable {
    /// A cluster's capacity, or what a deployment asks for, in the dimension's whole units.
    case amount(Dimension, Int64)
    /// A deployment's declared priority.
    case priority(Priority)
    /// Whether a deployment is kept from running.
    case suspend(Bool)
    /// Whether a deployment's run may be a victim.
    case preemptible(Bool)
    /// How long a deployment is expected to run; nil: unknown.
    case expectedRuntime(TimeSpan?)
    /// How long a deployment may run; nil: for ever.
    case maxRuntime(TimeSpan?)
    /// How many heads of a cluster's queue reserve; nil: all.
    case reservations(Int?)
    /// How many may pass a head whose start is unknown.
    case maxBypass(Int)
    /// How long a run is safe.
    case minimumRuntime(TimeSpan)
    /// After how long a deployment is promoted.
    case agingAfter(TimeSpan)
    /// Whether runs may be stopped for others.
    case preemption(SchedulingSpec.Preemption)
  }

  /// Makes one.
  public init(_ target: ObjectIdentity, _ change: Change) {
    self.target = target
    self.change = change
  }

  /// The spec with the change; nil: it is no field of such an object.
  public func applied(to spec: ObjectSpec) -> ObjectSpec? {
    switch spec {
    case .cluster(var spec):
      switch change {
      case .amount(let dimension, let amount): spec.capacity[dimension] = amount
      case .reservations(let count): spec.scheduling.reservations = count
      case .maxBypass(let count): spec.scheduling.maxBypass = count
      case .minimumRuntime(let span): spec.scheduling.minimumRuntime = span
      case .agingAfter(let span): spec.scheduling.agingAfter = span
      case .preemption(let choice): spec.scheduling.preemption = choice
      default: return nil
      }
      return .cluster(spec)
    case .deployment(var spec):
      switch change {
      case .amount(let dimension, let amount): spec.traits.resources[dimension] = amount
      case .priority(let priority): spec.traits.priority = priority
      case .suspend(let isSuspended): spec.traits.suspend = isSuspended
      case .preemptible(let isPreemptible): spec.traits.preemptible = isPreemptible
      case .expectedRuntime(let span): spec.traits.expectedRuntime = span
      case .maxRuntime(let span): spec.traits.maxRuntime = span
      default: return nil
      }
      return .deployment(spec)
    case .organization, .user: return nil
    }
  }
}

/// Nothing is declared or recorded by the name that something was to be taken as otherwise of.
public struct UnknownTarget: Error, Sendable, Hashable {
  /// The name.
  public var target: ObjectIdentity
  /// All of its kind, sorted by identity.
  public var known: [ObjectIdentity]
}

extension Fleet {
  /// Takes things as otherwise: what is declared in place; what only is recorded by events that are to come after the
  /// declaration, each on behalf of the source that owns it.
  ///
  /// - Throws: `UnknownTarget`; `SpecCodingError` when a recorded spec is damaged.
  public func suppose(_ changes: [WhatIf], in desired: inout DesiredState) throws -> [Event] {
    var places: [ObjectIdentity: Int] = [:]
    for (place, declaration) in desired.declarations.enumerated() { places[declaration.identity] = place }
    var recorded: [ObjectIdentity: (declaration: Declaration, source: SourceID)] = [:]
    var order: [ObjectIdentity] = []
    for change in changes {
      if let place = places[change.target] {
        if let spec = change.applied(to: desired.declarations[place].spec) { desired.declarations[place].spec = spec }
        continue
      }
      if recorded[change.target] == nil {
        guard let object = self.recorded(change.target), !object.isWithdrawn else {
          throw UnknownTarget(target: change.target, known: targets(change.target.kind, desired))
        }
        let (spec, metadata) = try SpecCoding.decode(object.specText, of: change.target)
        recorded[change.target] = (
          Declaration(
            identity: change.target, metadata: metadata, spec: spec,
            place: .init(file: "--what-if", line: 1, column: 1)), object.source
        )
        order.append(change.target)
      }
      if let spec = recorded[change.target].flatMap({ change.applied(to: $0.declaration.spec) }) {
        recorded[change.target]?.declaration.spec = spec
      }
    }
    return order.compactMap { identity in
      guard let (declaration, id) = recorded[identity], let source = sources[id] else { return nil }
      let isReplaced = changes.contains { change in
        if change.target == identity, case .amount = change.change, identity.kind == .deployment { true } else { false }
      }
      return .declared(
        Revision(
          source: source.name, binding: source.binding,
          declarations: [DeclaredChange(declaration, forcesNewRun: isReplaced)]))
    }
  }

  private func targets(_ kind: ObjectKind, _ desired: DesiredState) -> [ObjectIdentity] {
    var known = Set(desired.declarations.map(\.identity).filter { $0.kind == kind })
    if kind == .cluster { known.formUnion(clusterRecords.map { .cluster($0.identity) }) }
    if kind == .deployment { known.formUnion(deploymentRecords().map { .deployment($0.identity) }) }
    return known.sorted()
  }
}
