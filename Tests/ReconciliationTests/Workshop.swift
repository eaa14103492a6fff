import EngineInterface
import FleetCore
import FleetModel
import Foundation
import Manifests
import PlanModel
import StateStore
import Synchronization
import Testing

@testable import Reconciliation

/// A state in a directory of its own, a fake engine, and manifests as text.
final class Workshop: EngineDirectory, SecretResolver, ReconcilerObserver {
  let directory: String
  let engine = FakeEngine()
  let environment = Mutex<[String: String]>([:])
  let events = Mutex<[EventRecord]>([])
  private let listeners = Mutex<[@Sendable ([EventRecord]) -> Void]>([])

  init() throws {
    directory = NSTemporaryDirectory() + "berth-reconciler-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
  }

  deinit {
    do { try FileManager.default.removeItem(atPath: directory) } catch { print("left behind: \(directory)") }
  }

  func engine(for spec: EngineSpec) -> any Engine { engine }

  func resolve(_ reference: SecretReference, root: String?) -> Result<SecretText, SecretUnavailable> {
    guard case .fromEnv(let name) = reference, let value = environment.withLock({ $0[name] }) else {
      return .failure(SecretUnavailable(message: "\(reference.text) is not set"))
    }
    return .success(SecretText(value))
  }

  func reconciler(did notice: ReconcilerNotice) {
    guard case .committed(_, let events) = notice else { return }
    self.events.withLock { $0 += events }
    for listener in listeners.withLock({ $0 }) { listener(events) }
  }

  /// Calls back for each batch of events from now on.
  func onEvents(_ body: @escaping @Sendable ([EventRecord]) -> Void) { listeners.withLock { $0.append(body) } }

  func store() throws -> StateStore { try StateStore.open(path: directory + "/.berth/state.db", mode: .create) }

  func reconciler(pid: Int32 = 1, time: any TimeSource = SystemTime()) throws -> Reconciler {
    Reconciler(
      store: try store(),
      holder: LockHolder(
        who: "ada", host: "here", pid: pid, command: "berth apply", since: Instant(nanoseconds: 1)),
      engines: self, secrets: self, time: time, observer: self)
  }

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

  /// A deployment in one line of YAML fields.
  static func deployment(_ name: String, _ command: String, _ more: String = "") -> String {
    """
    ---
    apiVersion: berth/v1
    kind: Deployment
    metadata: {name: \(name)}
    spec: {cluster: vision/lab, user: ada, image: busybox, command: [\(command)], resources: {ram: 1Gi, cpu: 1}\(more.isEmpty ? "" : ", " + more)}

    """
  }

  func request(_ deployments: String...) throws -> ApplyRequest {
    try request(declaring: desired(deployments.joined()))
  }

  func request(declaring desired: DesiredState) -> ApplyRequest {
    ApplyRequest(.declared(desired), options: ComparisonOptions(source: "default", binding: directory))
  }

  /// The state that the base and deployments declare.
  func desired(_ deployments: String) throws -> DesiredState {
    let text = Workshop.base + deployments
    let input = ManifestText(displayPath: "all.yaml", relativePath: "all.yaml", bytes: Array(text.utf8))
    guard case .valid(let desired, _) = ManifestReader().read([input]) else {
      Issue.record("invalid manifests: \(ManifestReader().read([input]).diagnostics)")
      throw CancellationError()
    }
    return desired
  }

  /// Statuses by deployment, from a fresh look at the database.
  func statuses() throws -> [String: String] {
    var found: [String: String] = [:]
    for record in try store().load().deployments { found[record.identity.name] = record.progress.status.rawValue }
    return found
  }
}

/// A time that stands.
struct StandingTime: TimeSource {
  let instant: Instant

  func now() -> Instant { instant }
  func sleep(until other: Instant) async throws {
    if other > instant { try await Task.sleep(for: .seconds(3600)) }
  }
}
