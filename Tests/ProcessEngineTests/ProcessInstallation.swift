import BerthTestSupport
import EngineInterface
import FleetModel
import Glibc
import ProcessEngine
import TestKit

/// A directory of runs, and engines on it. Runs that are alive at the end are stopped, and all is removed.
struct ProcessInstallation: Sendable {
  let directory: TemporaryDirectory
  var settings: ProcessEngineSettings

  /// Runs the body with a new installation, and cleans up.
  static func with(
    containment: ProcessEngineSettings.Containment = .automatic, logBytes: Int64 = 100 << 20,
    _ body: (ProcessInstallation) async throws -> Void
  ) async throws {
    let directory = try TemporaryDirectory("engine")
    let root = directory.path
    let settings = ProcessEngineSettings(
      runs: "\(root)/runs", work: "\(root)/work", shim: "\(Repository.programs)/berth-shim",
      environment: ["PATH": "/usr/bin:/bin"],
      logBytes: logBytes, containment: containment)
    let installation = ProcessInstallation(directory: directory, settings: settings)
    let result: Result<Void, any Error>
    do {
      result = .success(try await body(installation))
    } catch {
      result = .failure(error)
    }
    try await installation.clear()
    try result.get()
  }

  /// A new engine on the directory.
  func engine() throws -> LocalProcessEngine { try LocalProcessEngine(settings: settings) }

  /// The conformance suite for the directory.
  var suite: EngineConformance { EngineConformance(image: "test") { [self] in try engine() } }

  /// The text of a run's file; `nil` if it is missing.
  func file(_ file: String, of name: RunName) -> String? { Self.text("\(settings.runs)/\(name.text)/\(file)") }

  /// The text of a file; `nil` if it is missing.
  static func text(_ path: String) -> String? {
    guard let stream = fopen(path, "re") else { return nil }
    defer { fclose(stream) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65536)
    while true {
      let got = fread(&chunk, 1, chunk.count, stream)
      if got == 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes += chunk[..<got]
    }
  }

  /// True if a process is alive. A zombie is not.
  static func isAlive(_ pid: pid_t) -> Bool {
    guard let status = text("/proc/\(pid)/stat"), let name = status.lastIndex(of: ")") else { return false }
    return !status[name...].hasPrefix(") Z")
  }

  /// A process number from the file `started`.
  func pid(_ key: String, of name: RunName) throws -> pid_t {
    for line in (file("started", of: name) ?? "").split(separator: "\n") where line.hasPrefix("\(key) ") {
      if let pid = pid_t(line.dropFirst(key.count + 1)) { return pid }
    }
    throw EngineConformance.Failure("no \(key) in `started`")
  }

  /// Stops and removes a run, or puts its files aside if they are in disorder. Waits as long as something of it lives.
  func clearAway(_ name: RunName, on engine: LocalProcessEngine) async throws {
    while true {
      do throws(EngineError) {
        switch try await engine.observe().runs[name] {
        case nil, .absent: return
        case .unknown, .foreign: _ = try await engine.putAside(name)
        case .prepared, .queued, .running, .ended, .unsettled:
          if case .ended = try await engine.stop(name, grace: .zero) { try await engine.remove(name) }
        }
      } catch {
        // Its processes may not be gone yet.
      }
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  private func clear() async throws {
    let engine = try engine()
    for name in try await engine.observe().runs.keys.sorted() { try await clearAway(name, on: engine) }
  }
}
