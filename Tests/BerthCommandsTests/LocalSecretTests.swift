import EngineInterface
import FleetModel
import Foundation
import TestKit
import Testing

@testable import BerthCommands

@Suite struct LocalSecretTests {
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
    let temporary = try TemporaryDirectory("secrets")
    try temporary.write("geheim\n\n", to: "root/token.txt")
    try temporary.write("other", to: "outside.txt")
    let root = URL(filePath: temporary.path + "/root")
    let outside = URL(filePath: temporary.path + "/outside.txt")
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
