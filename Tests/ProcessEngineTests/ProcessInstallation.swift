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

  /// A process number from the file `started`.
  func pid(_ key: String, of name: RunName) throws -> pid_t {
    for line in (file("started", of: name) ?? "").split(separator: "\n") where line.hasPrefix("\(key) ") {
      if let pid = pid_t(line.dropFirst(key.count + 1)) { return pid }
    }
    throw EngineConformance.Failure("no \(key) in `started`")
  }

  private func clear() async throws {
    let engine = try engine()
    for name in try await engine.observe().runs.keys.sorted() {
      try await engine.stop(name, grace: .zero)
      _ = try await suite.outcome(of: name, on: engine)
      try await engine.remove(name)
    }
  }
}
