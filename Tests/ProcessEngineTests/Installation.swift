import BerthTestSupport
import EngineInterface
import FleetModel
import Glibc
import ProcessEngine

/// A directory of runs of its own, and engines on it. What still runs at the end is stopped, then all is removed.
struct ProcessInstallation: Sendable {
  let root: String
  var settings: ProcessEngineSettings

  /// Makes one, runs the body with it, and cleans up.
  static func with(
    containment: ProcessEngineSettings.Containment = .automatic, logBytes: Int64 = 100 << 20,
    _ body: (ProcessInstallation) async throws -> Void
  ) async throws {
    var template = Array("/tmp/berth-engine-XXXXXX".utf8CString)
    let root = template.withUnsafeMutableBufferPointer { buffer -> String? in
      guard let base = buffer.baseAddress, mkdtemp(base) != nil else { return nil }
      return String(cString: base)
    }
    guard let root else { throw EngineConformance.Failure("mkdtemp") }
    let settings = ProcessEngineSettings(
      runs: "\(root)/runs", work: "\(root)/work", shim: try shimPath(), environment: ["PATH": "/usr/bin:/bin"],
      logBytes: logBytes, containment: containment)
    let installation = ProcessInstallation(root: root, settings: settings)
    let result: Result<Void, any Error>
    do {
      result = .success(try await body(installation))
    } catch {
      result = .failure(error)
    }
    try await installation.clear()
    try result.get()
  }

  /// The shim is built beside the tests.
  private static func shimPath() throws -> String {
    guard let resolved = realpath("/proc/self/exe", nil) else { throw EngineConformance.Failure("realpath") }
    defer { free(resolved) }
    let path = String(cString: resolved)
    return path.prefix(through: path.lastIndex(of: "/") ?? path.startIndex) + "berth-shim"
  }

  /// A new engine on it.
  func engine() throws -> LocalProcessEngine { try LocalProcessEngine(settings: settings) }

  /// The conformance suite for it.
  var suite: EngineConformance { EngineConformance(image: "test") { [self] in try engine() } }

  /// The text of a file of a run; nil: there is none.
  func file(_ file: String, of name: RunName) -> String? { Self.text("\(settings.runs)/\(name.text)/\(file)") }

  /// The text of a file; nil: there is none.
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

  /// A number that `started` holds.
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
    Self.removeTree(root)
  }

  private static func removeTree(_ path: String) {
    if unlink(path) == 0 { return }
    if let directory = opendir(path) {
      while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != "." && name != ".." { removeTree("\(path)/\(name)") }
      }
      closedir(directory)
    }
    rmdir(path)
  }
}
