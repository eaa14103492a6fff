import FleetModel

/// Expectation on which a plan rests. Once it does not hold, applying may do something else than the plan shows; as long as
/// all hold, and nothing else changes the state, it does exactly that.
public enum Assumption: Hashable, Sendable {
  /// A live run does not end by itself before the plan has been carried out.
  case runGoesOn(DeploymentIdentity)
  /// The plan has been carried out before a time, at which a deployment or a cluster is looked at again: a back-off, a
  /// cool-down or a minimum runtime ends, or a service counts as running.
  case before(Instant, ObjectIdentity)

  /// The stable word for the kind of assumption in JSON.
  public var code: String {
    switch self {
    case .runGoesOn: "runGoesOn"
    case .before: "before"
    }
  }
}
