import FleetModel
import PlanModel

/// A hypothetical change to one object, for `--what-if`.
public struct WhatIf: Sendable, Hashable {
  /// The cluster or deployment that is changed.
  public var target: ObjectIdentity
  /// The changed field and its value.
  public var change: Change

  /// A field of a cluster or deployment with its hypothetical value.
  public enum Change: Sendable, Hashable {
    /// One dimension of a cluster's capacity or of a deployment's request, in the dimension's whole units.
    case amount(Dimension, Int64)
    /// A deployment's declared priority.
    case priority(Priority)
    /// Whether a deployment is suspended.
    case suspend(Bool)
    /// Whether a deployment's run may be preempted.
    case preemptible(Bool)
    /// A deployment's expected runtime; `nil`: unknown.
    case expectedRuntime(TimeSpan?)
    /// A deployment's maximum runtime; `nil`: unlimited.
    case maxRuntime(TimeSpan?)
    /// Number of deployments at the head of a cluster's queue that reserve room; `nil`: all.
    case reservations(Int?)
    /// Number of admissions that may pass a head of the queue whose start is unknown.
    case maxBypass(Int)
    /// A cluster's minimum runtime before a run may be preempted.
    case minimumRuntime(TimeSpan)
    /// The waiting time that is worth one level of priority.
    case agingAfter(TimeSpan)
    /// Whether runs of a cluster may be preempted.
    case preemption(SchedulingSpec.Preemption)
  }

  /// Creates a change to an object.
  public init(_ target: ObjectIdentity, _ change: Change) {
    self.target = target
    self.change = change
  }

  /// Returns the spec with the change applied; `nil` if objects of this kind have no such field.
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

/// A what-if override names an unknown object.
public struct UnknownTarget: Error, Sendable, Hashable {
  /// The identity that was not found.
  public var target: ObjectIdentity
  /// All declared or recorded objects of the same kind, sorted by identity.
  public var known: [ObjectIdentity]
}

/// A what-if override that validation would refuse: a deployment would request more than its whole cluster has.
public struct ImpossibleAssumption: Error, Sendable, Hashable {
  /// The deployment.
  public var deployment: DeploymentIdentity
  /// The dimension of which it would request too much.
  public var dimension: Dimension
  /// The request.
  public var requested: Int64
  /// The capacity of its cluster.
  public var total: Int64
}

extension Fleet {
  /// Applies what-if changes: to declared objects in place, to objects that are only recorded by returned events. The
  /// events follow the declaration, each on behalf of the source that owns the object, and name it as it is called then.
  ///
  /// - Parameter options: those of the comparison in which the desired state takes part.
  /// - Throws: `UnknownTarget` if a target is neither declared nor recorded; `ImpossibleAssumption` for what manifests could not
  ///   say; `SpecCodingError` if a recorded spec is damaged.
  public func suppose(
    _ changes: [WhatIf], in desired: inout DesiredState, _ options: ComparisonOptions
  ) throws -> [Event] {
    if changes.isEmpty { return [] }
    let names = try NameResolution(desired.declarations, in: self, options)
    var positions: [ObjectIdentity: Int] = [:]
    for (position, declaration) in desired.declarations.enumerated() { positions[declaration.identity] = position }
    var supposed: [ObjectIdentity: Supposition] = [:]
    var order: [ObjectIdentity] = []
    for change in changes {
      if let position = positions[change.target] {
        if let spec = change.applied(to: desired.declarations[position].spec) {
          desired.declarations[position].spec = spec
        }
        continue
      }
      // The commit may rename the parents of an object of another source, which people may call by either name.
      let former = names.withFormerParents(change.target)
      let recorded = recorded(former) == nil ? change.target : former
      let target = names.presentIdentity(of: recorded)
      if supposed[target] == nil {
        guard let object = self.recorded(recorded), !object.isWithdrawn else {
          throw UnknownTarget(target: change.target, known: targets(change.target.kind, desired))
        }
        let (spec, metadata) = try SpecCoding.decode(object.specText, of: recorded)
        let declaration = Declaration(
          identity: target, metadata: metadata, spec: spec, place: .init(file: "--what-if", line: 1, column: 1))
        supposed[target] = Supposition(declaration: declaration, source: object.source)
        order.append(target)
      }
      if let spec = supposed[target].flatMap({ change.applied(to: $0.declaration.spec) }) {
        supposed[target]?.declaration.spec = spec
      }
      if case .amount = change.change, target.kind == .deployment { supposed[target]?.forcesNewRun = true }
    }
    try checkFit(changes.map(\.target) + order, desired, supposed.mapValues(\.declaration.spec), names)
    return order.compactMap { identity in
      guard let supposition = supposed[identity], let source = sources[supposition.source] else { return nil }
      let change = DeclaredChange(supposition.declaration, forcesNewRun: supposition.forcesNewRun)
      return .declared(Revision(source: source.name, binding: source.binding, declarations: [change]))
    }
  }

  /// Refuses assumptions under which a deployment would never fit its cluster, as validation would: what has completed as it
  /// is declared needs no room again.
  private func checkFit(
    _ changed: [ObjectIdentity], _ desired: DesiredState, _ recorded: [ObjectIdentity: ObjectSpec],
    _ names: NameResolution
  ) throws(ImpossibleAssumption) {
    var declared = recorded
    for declaration in desired.declarations { declared[declaration.identity] = declaration.spec }
    func capacity(of cluster: ClusterIdentity) -> Resources? {
      if case .cluster(let spec)? = declared[.cluster(cluster)] { return spec.capacity }
      return clustersByIdentity[cluster].map { clusters[$0].record.capacity }
    }
    let changed = Set(changed)
    for (identity, spec) in declared.sorted(by: { $0.key < $1.key }) {
      guard case .deployment(let deployment) = identity, case .deployment(let wanted) = spec,
        changed.contains(identity) || changed.contains(.cluster(deployment.cluster)),
        let capacity = capacity(of: deployment.cluster), !hasCompleted(names.possiblyRecorded(deployment), as: spec)
      else { continue }
      for dimension in Dimension.allCases where wanted.traits.resources[dimension] > capacity[dimension] {
        throw ImpossibleAssumption(
          deployment: deployment, dimension: dimension, requested: wanted.traits.resources[dimension],
          total: capacity[dimension])
      }
    }
  }

  private func targets(_ kind: ObjectKind, _ desired: DesiredState) -> [ObjectIdentity] {
    var known = Set(desired.declarations.map(\.identity).filter { $0.kind == kind })
    if kind == .cluster { known.formUnion(clusterRecords.map { .cluster($0.identity) }) }
    if kind == .deployment { known.formUnion(deploymentRecords().map { .deployment($0.identity) }) }
    return known.sorted()
  }
}

extension NameResolution {
  /// Returns the identities under which a deployment may be recorded: with its parents as they were, or as it is declared.
  fileprivate func possiblyRecorded(_ deployment: DeploymentIdentity) -> [DeploymentIdentity] {
    guard case .deployment(let former) = withFormerParents(.deployment(deployment)) else { return [deployment] }
    return [former, deployment]
  }
}

/// A recorded object with what-if changes.
private struct Supposition {
  var declaration: Declaration
  var source: SourceID
  var forcesNewRun = false
}
