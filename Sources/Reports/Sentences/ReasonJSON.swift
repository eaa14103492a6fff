import FleetModel
import PlanModel

extension Reason {
  /// The code, its details, and the sentence.
  public var json: JSONValue {
    .object([.init("code", .string(code))] + details + [.init("text", .string(text()))])
  }

  private var details: [JSONValue.Field] {
    switch self {
    case .suspended, .protected: []
    case .ownerInactive(let user): [.init("user", .string(user))]
    case .ownerNotMember(let user, let organization):
      [.init("user", .string(user)), .init("organization", .string(organization))]
    case .neverFits(let shortfalls), .overcommitted(let shortfalls), .heldByServices(let shortfalls),
      .insufficientCapacity(let shortfalls):
      [.init("shortfalls", .array(shortfalls.map(\.json)))]
    case .dependencyFailed(let identity): [.init("dependency", .string(identity.text))]
    case .waitsForDependency(let identity, let until):
      [.init("dependency", .string(identity.text)), .init("until", .string(until.rawValue))]
    case .secretUnavailable(let words), .clusterUnknown(let words), .waitsOnEngine(let words):
      [.init("words", .string(words))]
    case .backingOff(let until): [.init("until", .string(until.utcText))]
    case .coolingDown(let until, let preemptor):
      [.init("until", .string(until.utcText))]
        + (preemptor.map { [.init("preemptor", .string($0.text))] } ?? [])
    case .runsStopping(let identities):
      [.init("deployments", .array(identities.map { .string($0.text) }))]
    case .behindReservation(let head, let dimensions):
      [.init("head", .string(head.text)), .init("dimensions", .array(dimensions.map { .string($0.rawValue) }))]
    case .dependantsRemain(let identities): [.init("dependants", .array(identities.map(\.json)))]
    case .failed(let runs): [.init("runs", .count(runs))]
    }
  }
}

extension Shortfall {
  fileprivate var json: JSONValue {
    .object([
      .init("dimension", .string(dimension.rawValue)), .init("requested", .integer(requested)),
      .init("available", .integer(available)), .init("total", .integer(total)),
      .init(
        "holders",
        .array(
          holders.map {
            .object([.init("deployment", .string($0.deployment.text)), .init("amount", .integer($0.amount))])
          })),
    ])
  }
}
