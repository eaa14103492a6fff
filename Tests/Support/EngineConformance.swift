import EngineInterface
import FleetModel

/// Checks of the behavior that every engine must have, to run against a real engine. A check throws
/// `EngineConformance.Failure` if the engine does not conform.
///
/// The evidence is the output of runs, so that a check needs only the engine's protocol.
public struct EngineConformance: Sendable {
  /// A failure of an engine to conform.
  public struct Failure: Error, CustomStringConvertible {
    /// The failure in words.
    public var description: String
    /// Makes a failure.
    public init(_ description: String) { self.description = description }
  }

  /// One check, by name.
  public struct Check: Sendable, CustomStringConvertible {
    /// The behavior that is checked.
    public var description: String
    /// The check.
    public var run: @Sendable (EngineConformance) async throws -> Void
  }

  /// Makes an engine; all engines see the same installation.
  public var makeEngine: @Sendable () async throws -> any Engine
  /// The image that runs name; it must have `sh`, `sleep` and `setsid`.
  public var image: String

  /// Makes a suite for one installation.
  public init(image: String, makeEngine: @escaping @Sendable () async throws -> any Engine) {
    self.image = image
    self.makeEngine = makeEngine
  }

  /// All checks, in a fixed order.
  public static let checks: [Check] = lifeChecks + endChecks + stopChecks + logChecks

  /// A request to run a script, under a name that no other has.
  public func request(_ script: String, change: (inout DeploymentSpec) -> Void = { _ in }) -> RunRequest {
    let characters = Array("abcdefghijklmnopqrstuvwxyz234567")
    let suffix = String((0..<20).map { _ in characters.randomElement() ?? "a" })
    let resources = Resources(ramBytes: 256 << 20, cpuMilli: 100, gpuMilli: 0)
    var spec = DeploymentSpec(
      traits: DeploymentTraits(resources: resources), user: "ada", image: image, command: ["sh", "-c", script])
    change(&spec)
    let cluster = ClusterIdentity(organization: "vision", name: "lab")
    return RunRequest(
      name: RunName(text: "berth-\(suffix)"), deployment: DeploymentIdentity(cluster: cluster, name: "train"),
      source: "default", generation: 3, attempt: 2, spec: spec, gpus: [])
  }

  /// Prepares and launches a request.
  @discardableResult
  public func start(
    _ request: RunRequest, on engine: any Engine, secrets: [SecretReference: SecretText] = [:]
  ) async throws -> RunObservation {
    let handle = try await engine.prepare(request)
    return try await engine.launch(handle, of: request, secrets: secrets)
  }

  /// Waits for the end of a run, as a reconciler would: one look, then changes. A run that has lost its supervisor is settled.
  public func outcome(of name: RunName, on engine: any Engine) async throws -> RunOutcome {
    let snapshot = try await engine.observe()
    if let outcome = try await end(snapshot.runs[name], of: name, on: engine) { return outcome }
    var cursor = snapshot.cursor
    while true {
      let changes = try await engine.changes(since: cursor)
      cursor = changes.cursor
      var runs = changes.runs
      if changes.isIncomplete { runs = try await engine.observe().runs }
      if let outcome = try await end(runs[name], of: name, on: engine) { return outcome }
      try Task.checkCancellation()
    }
  }

  /// The outcome that an observation reports, or that settling gives; nil: none.
  private func end(_ seen: RunObservation?, of name: RunName, on engine: any Engine) async throws -> RunOutcome? {
    var seen = seen
    if case .unsettled = seen { seen = try await engine.settle(name) }
    return if case .ended(let outcome, _) = seen { outcome } else { nil }
  }

  /// The engine's present observation of a run.
  public func observation(of name: RunName, on engine: any Engine) async throws -> RunObservation {
    try await engine.observe().runs[name] ?? .absent
  }

  /// The complete output of a run.
  public func text(of name: RunName, on engine: any Engine, options: LogOptions = LogOptions()) async throws -> String {
    var bytes: [UInt8] = []
    for try await chunk in try await engine.logs(name, options: options) { bytes += chunk }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Follows a run's log until it contains a text.
  public func wait(for text: String, in name: RunName, on engine: any Engine) async throws {
    var seen: [UInt8] = []
    for try await chunk in try await engine.logs(name, options: LogOptions(follow: true)) {
      seen += chunk
      if String(decoding: seen, as: UTF8.self).contains(text) { return }
    }
    throw Failure("the log ended without `\(text)`: \(String(decoding: seen, as: UTF8.self))")
  }

  /// Throws a failure unless both values are equal.
  public static func expect<Value: Equatable>(_ what: String, _ found: Value, is wanted: Value) throws {
    if found != wanted { throw Failure("\(what): found \(found), wanted \(wanted)") }
  }

  /// Throws a failure unless the condition holds.
  public static func expect(_ what: String, _ holds: Bool) throws {
    if !holds { throw Failure(what) }
  }
}
