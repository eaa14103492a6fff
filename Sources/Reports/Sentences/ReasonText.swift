import FleetModel
import PlanModel

extension Reason {
  /// Words after a deployment's name: `waits for GPUs: needs 2, 1 of 4 free; held by train (2)`. Not yet escaped for a
  /// terminal: parts of it may be an engine's own words.
  ///
  /// - Parameter now: current time, if times should be shown relative to it.
  public func text(in scope: NameScope = .full, now: Instant? = nil) -> String {
    switch self {
    case .suspended: "is suspended by its manifest"
    case .protected: "is held: its manifest says protect: true"
    case .ownerInactive(let user): "waits: its user \(user) is not active"
    case .ownerNotMember(let user, let organization):
      "waits: its user \(user) is not a member of \(organization)"
    case .neverFits(let shortfalls):
      "never fits: needs " + enumeration(shortfalls.map(\.textOfImpossible))
    case .dependencyFailed(let identity): "waits for \(scope.name(identity)), which has FAILED"
    case .waitsForDependency(let identity, .completed): "waits for \(scope.name(identity)) to complete"
    case .waitsForDependency(let identity, .running): "waits for \(scope.name(identity)) to be ready"
    case .secretUnavailable(let message): "waits for a secret: \(message)"
    case .clusterUnknown(let words): "waits: the engine of its cluster is unavailable: \(words)"
    case .overcommitted(let shortfalls):
      "waits: its cluster is overcommitted on " + Reason.list(shortfalls, in: scope)
    case .backingOff(let until): "backs off after a failure; retries \(Reason.moment(until, now: now))"
    case .heldByServices(let shortfalls) where shortfalls.isEmpty:
      "waits: the deployments that need it running would never fit beside it"
    case .heldByServices(let shortfalls) where shortfalls.allSatisfy { $0.available >= $0.total }:
      "never fits together with the deployments it needs running: needs "
        + enumeration(shortfalls.map(\.textOfImpossible))
    case .heldByServices(let shortfalls):
      "is blocked by services: needs " + shortfalls.map { $0.textBesideServices(in: scope) }.joined(separator: "; and ")
    case .runsStopping(let identities): "waits for \(enumeration(identities.map(scope.name))) to stop"
    case .coolingDown(let until, let preemptor):
      "was preempted\(preemptor.map { " for \(scope.name($0))" } ?? "") and restarts "
        + Reason.moment(until, now: now)
    case .behindReservation(let head, let dimensions):
      "is queued behind \(scope.name(head)), which has \(enumeration(dimensions.map(\.noun))) reserved"
    case .insufficientCapacity(let shortfalls): "waits for " + Reason.list(shortfalls, in: scope)
    case .waitsOnEngine(let words): "is queued by its engine: \(words)"
    case .dependantsRemain(let identities):
      "is deleted once \(enumeration(identities.map(scope.name))) \(identities.count == 1 ? "is" : "are") gone"
    case .failed(let runs): "has FAILED after \(counted(runs, "run"))"
    }
  }

  /// The next reason to wait, after `waits for prepare to complete`: `, then for GPUs`; empty if it adds nothing.
  func sequel(in scope: NameScope) -> String {
    switch self {
    case .insufficientCapacity(let shortfalls), .overcommitted(let shortfalls):
      ", then for " + enumeration(shortfalls.map(\.dimension.noun))
    case .heldByServices: ", then for room that services hold"
    case .runsStopping(let identities): ", then for \(enumeration(identities.map(scope.name))) to stop"
    case .behindReservation(let head, _): ", then behind \(scope.name(head))"
    default: ""
    }
  }

  /// Advice as one sentence without a full stop; nil if all one can do is wait.
  public func advice(for identity: DeploymentIdentity) -> String? {
    switch self {
    case .suspended: "remove suspend: true to let it run"
    case .protected: "set protect: false to let the change through"
    case .ownerInactive(let user): "set active: true for \(user), or give the deployment another user"
    case .ownerNotMember(let user, let organization):
      "add \(organization) to the organizations of \(user), or give the deployment another user"
    case .neverFits: "request less, or raise the cluster's capacity"
    case .dependencyFailed(let other), .waitsForDependency(let other, _): "see: berth describe \(other.text)"
    case .secretUnavailable: "provide the secret where Berth runs, then apply again"
    case .clusterUnknown: "see: berth doctor"
    case .overcommitted: "wait for runs to end, or raise the cluster's capacity"
    case .heldByServices(let shortfalls) where shortfalls.allSatisfy { $0.available >= $0.total }:
      "request less, or raise the cluster's capacity"
    case .heldByServices: "suspend a service, or raise the cluster's capacity"
    case .failed:
      "see: berth logs \(identity.text); retry with berth apply --retry-failed=\(identity.text)"
    case .backingOff, .runsStopping, .coolingDown, .behindReservation, .insufficientCapacity, .waitsOnEngine,
      .dependantsRemain:
      nil
    }
  }

  private static func list(_ shortfalls: [Shortfall], in scope: NameScope) -> String {
    shortfalls.map { $0.text(in: scope) }.joined(separator: "; and for ")
  }

  /// A time as `in 20s`, or as `not before 2026-11-23T19:01:24Z`.
  private static func moment(_ instant: Instant, now: Instant?) -> String {
    guard let now else { return "not before \(instant.utcText)" }
    return instant > now ? "in \((instant - now).humanText)" : "now"
  }
}
