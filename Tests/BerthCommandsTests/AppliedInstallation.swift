import FleetCore
import FleetModel
import ReconcilerTestSupport
import StateStore

@testable import BerthCommands

extension TestInstallation {
  /// The time at which manifests are applied: 2026-11-23T19:00:00Z.
  static let start = Instant(nanoseconds: 1_795_460_400_000_000_000)

  /// The time at which commands show the state, five minutes later.
  static let now = start + .seconds(300)

  /// An installation at a fixed time, so that its outputs are exact.
  static func atStart() throws -> TestInstallation {
    let installation = try TestInstallation(time: StandingTime(start))
    installation.environment.withLock { $0["THERE"] = "swordfish" }
    return installation
  }

  /// Applies `BaseManifests.vision` with deployments, and returns the store.
  func apply(_ deployments: String...) async throws -> StateStore {
    let request = request(declaring: try desired(deployments.joined()))
    _ = try await reconciler().apply(request, shown: nil, goal: .carriedOut)
    return try store()
  }

  /// The recorded state as it is at a time, if engines report what is recorded.
  static func present(_ store: StateStore, now: Instant = now) throws -> Present {
    let fleet = Fleet(try store.load())
    return Present(fleet, beginningWith: fleet.recordedObservations, now: now)
  }

  /// The lines of the recorded state as it is `now`.
  static func lines(_ store: StateStore) throws -> ObjectLines {
    ObjectLines(store: store, present: try present(store))
  }

  /// The identity of a deployment on the cluster.
  static func identity(_ name: String) -> DeploymentIdentity {
    DeploymentIdentity(cluster: ClusterIdentity(organization: "vision", name: "lab"), name: name)
  }
}
