import EngineInterface
import FleetCore
import FleetModel
import Synchronization

/// Typed specs of runs between their preparation and their launch, so that each is decoded once. The fleet keeps specs as
/// text, and a rehearsal orders thousands of runs that nobody launches.
final class PreparedSpecs: Sendable {
  private let specs = Mutex<[RunName: (text: String, spec: DeploymentSpec)]>([:])

  /// Returns the request for an order, and keeps its spec until `forget`.
  ///
  /// - Throws: `SpecCodingError` when the recorded spec is damaged.
  func request(for order: RunOrder) throws(SpecCodingError) -> RunRequest {
    let name = order.run.name
    let spec: DeploymentSpec
    // A change that needs no new run may have changed the text since the preparation.
    if let known = specs.withLock({ $0[name] }), known.text == order.specText {
      spec = known.spec
    } else {
      let identity = ObjectIdentity.deployment(order.run.identity)
      guard case .deployment(let decoded) = try SpecCoding.decode(order.specText, of: identity).spec else {
        throw SpecCodingError(identity: identity, reason: "it is no deployment's")
      }
      spec = decoded
      specs.withLock { $0[name] = (order.specText, decoded) }
    }
    return RunRequest(
      name: name, deployment: order.run.identity, source: order.source, generation: order.run.generation,
      attempt: order.run.attempt, spec: spec, gpus: order.run.gpus, sourceRoot: order.sourceRoot)
  }

  /// Drops the spec of a run that is launched, stopped or removed.
  func forget(_ name: RunName) { specs.withLock { $0[name] = nil } }
}
