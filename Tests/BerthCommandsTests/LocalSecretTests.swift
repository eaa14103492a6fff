import EngineInterface
import FleetModel
import Foundation
import Testing

@testable import BerthCommands

@Suite struct LocalSecretTests {
  private func directory() throws -> URL {
    let url = FileManager.default.temporaryDirectory.appending(path: "berth-secrets-\(UUID().uuidString)/root")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    return url
  }

  private func value(_ result: Result<SecretText, SecretUnavailable>) -> String? {
    if case .success(let text) = result { text.withValue { $0 } } else { nil }
  }
  private func problem(_ result: Result<SecretText, SecretUnavailable>) -> String? {
    if case .failure(let why) = result { why.message } else { nil }
  }

  @Test func `a variable is read from the environment only`() {
    let secrets = LocalSecrets(Surroundings(variables: ["TOKEN": "abc", "EMPTY": ""]))
    #expect(value(secrets.resolve(.fromEnv("TOKEN"), root: nil)) == "abc")
    #expect(value(secrets.resolve(.fromEnv("EMPTY"), root: nil)) == "")
    #expect(problem(secrets.resolve(.fromEnv("PATH"), root: nil)) == "environment variable PATH is not set")
  }

  @Test func `a secret's file lies within the root, whatever links say`() throws {
    let root = try directory()
    defer { try? FileManager.default.removeItem(at: root.deletingLastPathComponent()) }
    let outside = root.deletingLastPathComponent().appending(path: "outside.txt")
    try "geheim\n\n".write(to: root.appending(path: "token.txt"), atomically: true, encoding: .utf8)
    try "other".write(to: outside, atomically: true, encoding: .utf8)
    try FileManager.default.createSymbolicLink(at: root.appending(path: "out"), withDestinationURL: outside)
    try FileManager.default.createSymbolicLink(
      at: root.appending(path: "in"), withDestinationURL: root.appending(path: "token.txt"))
    try Data([0xff, 0xfe]).write(to: root.appending(path: "binary"))
    let secrets = LocalSecrets(Surroundings(variables: [:]))
    // One line break at the end is the editor's.
    #expect(value(secrets.resolve(.fromFile("token.txt"), root: root.path)) == "geheim\n")
    #expect(value(secrets.resolve(.fromFile("in"), root: root.path)) == "geheim\n")
    for path in ["out", "../outside.txt", outside.path] {
      let why = problem(secrets.resolve(.fromFile(path), root: root.path))
      #expect(why?.hasSuffix("is outside of the source's directory") == true, "\(path): \(why ?? "resolved")")
    }
    for (path, why) in [("missing", "No such file"), (".", "outside"), ("binary", "is not UTF-8 text")] {
      let found = problem(secrets.resolve(.fromFile(path), root: root.path))
      #expect(found?.contains(why) == true, "\(path): \(found ?? "resolved")")
      #expect(found?.contains("geheim") != true)
    }
  }
}
