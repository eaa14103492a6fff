// The toolchain has no Testing for release builds with a static standard library, which build this target as well.
#if canImport(Testing)
import EngineInterface
import FleetCore
import FleetModel
import Manifests
import Reconciliation
import StateStore
import Synchronization
import TestKit
import Testing

/// A recorded state in a directory of one test, an engine in memory, and manifests as text.
public final class TestInstallation: EngineDirectory, SecretResolver {
  private let temporary: TemporaryDirectory
  private let time: any TimeSource

  /// The engine of every cluster.
  public let engine: MemoryEngine

  /// Environment variables that secrets refer to.
  public let environment = Mutex<[String: String]>([:])

  /// An installation without a state, at the time of a source.
  public init(time: any TimeSource = SystemTime()) throws {
    temporary = try TemporaryDirectory("installation")
    self.time = time
    engine = MemoryEngine(time: time)
  }

  /// The directory of the test.
  public var directory: String { temporary.path }

  public func engine(for spec: EngineSpec) -> any Engine { engine }

  public func resolve(_ reference: SecretReference, root: String?) -> Result<SecretText, SecretUnavailable> {
    guard case .fromEnv(let name) = reference, let value = environment.withLock({ $0[name] }) else {
      return .failure(SecretUnavailable(message: "\(reference.text) is not set"))
    }
    return .success(SecretText(value))
  }

  /// Opens the state. Its installation is the same in every run, and the epoch is that of a process.
  public func store(_ mode: OpenMode = .create, epoch: String = "") throws -> StateStore {
    let installation = Installation(id: String(repeating: "0f", count: 16), key: (0..<32).map { UInt8($0) })
    return try StateStore.open(
      path: directory + "/.berth/state.db", mode: mode, newInstallation: installation, epoch: epoch)
  }

  /// A reconciler as a new process would make it, with the installation's time or another one.
  public func reconciler(
    pid: Int32 = 1, time: (any TimeSource)? = nil, callLimit: Duration? = nil
  ) throws -> Reconciler {
    let time = time ?? self.time
    let holder = LockHolder(who: "ada", host: "here", pid: pid, command: "berth apply", since: time.now())
    return Reconciler(
      store: try store(epoch: "\(pid)"), holder: holder, engines: self, secrets: self, time: time, callLimit: callLimit)
  }

  /// Returns the declarations of a valid text.
  public static func declarations(_ text: String) throws -> [Declaration] {
    let input = ManifestText(displayPath: "all.yaml", relativePath: "all.yaml", bytes: Array(text.utf8))
    switch ManifestReader().read([input]) {
    case .valid(let desired, _): return desired.declarations
    case .invalid(let diagnostics):
      Issue.record("invalid manifests: \(diagnostics) in\n\(text)")
      throw CancellationError()
    }
  }

  /// Returns the state that `BaseManifests.vision` and deployments declare.
  public func desired(_ deployments: String) throws -> DesiredState {
    DesiredState(declarations: try Self.declarations(BaseManifests.vision + deployments))
  }

  /// A request to apply a declared state.
  public func request(declaring desired: DesiredState) -> ApplyRequest {
    ApplyRequest(.declared(desired), options: ComparisonOptions(source: "default", binding: directory))
  }

  /// A request to apply `BaseManifests.vision` with deployments.
  public func request(_ deployments: String...) throws -> ApplyRequest {
    request(declaring: try desired(deployments.joined()))
  }

  /// The recorded status of each deployment, by its name.
  public func statuses() throws -> [String: String] {
    var found: [String: String] = [:]
    for record in try store().load().deployments { found[record.identity.name] = record.progress.status.rawValue }
    return found
  }
}

/// A time that stands still.
public struct StandingTime: TimeSource {
  private let instant: Instant

  /// The time at which it stands.
  public init(_ instant: Instant) { self.instant = instant }

  public func now() -> Instant { instant }

  public func sleep(until other: Instant) async throws {
    if other > instant { try await Task.sleep(for: .seconds(3600)) }
  }
}
#endif
