import EngineInterface
import FleetCore
import FleetModel
import Foundation
import Manifests
import Reconciliation
import StateStore
import Testing

@testable import BerthCommands

/// A recorded state in a directory of its own, made by applying manifests at a fixed time, so that its texts are exact.
final class Harbor: EngineDirectory, SecretResolver {
  /// 2026-11-23T19:00:00Z
  static let start = Instant(nanoseconds: 1_795_460_400_000_000_000)
  /// When it is looked at: five minutes later.
  static let now = start + .seconds(300)

  let directory: String
  let engine = ScriptedEngine(now: Harbor.start)

  init() throws {
    directory = NSTemporaryDirectory() + "berth-commands-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
  }

  deinit {
    do { try FileManager.default.removeItem(atPath: directory) } catch { print("left behind: \(directory)") }
  }

  func engine(for spec: EngineSpec) -> any Engine { engine }

  func resolve(_ reference: SecretReference, root: String?) -> Result<SecretText, SecretUnavailable> {
    reference == .fromEnv("THERE")
      ? .success(SecretText("swordfish")) : .failure(SecretUnavailable(message: "\(reference.text) is not set"))
  }

  struct StandingTime: TimeSource {
    func now() -> Instant { Harbor.start }
    func sleep(until instant: Instant) async throws {
      if instant > now() { try await Task.sleep(for: .seconds(3600)) }
    }
  }

  func store(_ mode: OpenMode = .create) throws -> StateStore {
    let installation = Installation(id: String(repeating: "0f", count: 16), key: (0..<32).map { UInt8($0) })
    return try StateStore.open(path: directory + "/.berth/state.db", mode: mode, newInstallation: installation)
  }

  static let holder = LockHolder(who: "ada", host: "here", pid: 1, command: "berth apply", since: Harbor.start)

  static let base = """
    apiVersion: berth/v1
    kind: Organization
    metadata: {name: vision}
    ---
    apiVersion: berth/v1
    kind: User
    metadata: {name: ada}
    spec: {email: ada@example.org, organizations: [vision]}
    ---
    apiVersion: berth/v1
    kind: Cluster
    metadata: {name: lab}
    spec: {organization: vision, creator: ada, capacity: {ram: 8Gi, cpu: 4, gpu: 2}}

    """

  static func deployment(_ name: String, _ command: String, _ more: String = "", cpu: String = "1") -> String {
    """
    ---
    apiVersion: berth/v1
    kind: Deployment
    metadata: {name: \(name)}
    spec: {cluster: vision/lab, user: ada, image: busybox, command: [\(command)], resources: {ram: 1Gi, cpu: \(cpu)}\(more.isEmpty ? "" : ", " + more)}

    """
  }

  /// Declarations of a valid text.
  static func declarations(_ text: String) throws -> [Declaration] {
    let input = ManifestText(displayPath: "all.yaml", relativePath: "all.yaml", bytes: Array(text.utf8))
    switch ManifestReader().read([input]) {
    case .valid(let desired, _): return desired.declarations
    case .invalid(let diagnostics):
      Issue.record("invalid manifests: \(diagnostics) in\n\(text)")
      throw CancellationError()
    }
  }

  /// Applies the base and deployments, and returns the store.
  func apply(_ deployments: String...) async throws -> StateStore {
    let desired = DesiredState(declarations: try Harbor.declarations(Harbor.base + deployments.joined()))
    let store = try store()
    let reconciler = Reconciler(
      store: store, holder: Harbor.holder, engines: self, secrets: self, time: StandingTime())
    _ = try await reconciler.apply(
      ApplyRequest(.declared(desired), options: ComparisonOptions(source: "default", binding: directory)), shown: nil,
      goal: .carriedOut)
    return store
  }

  static func identity(_ name: String) -> DeploymentIdentity {
    DeploymentIdentity(cluster: ClusterIdentity(organization: "vision", name: "lab"), name: name)
  }
}
