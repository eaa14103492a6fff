import Diagnostics
import FleetModel
import Foundation
import TestKit
import Testing

@testable import Manifests

/// Manifests as files, each with a golden file beside it: the exact diagnostics, or the canonical texts.
@Suite struct FixtureTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

  /// The names of the cases: files and directories, without golden files.
  static func names(in directory: String) -> [String] {
    let found = try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: directory).path)
    return (found ?? []).filter { !$0.hasSuffix(".expected") && !$0.hasPrefix(".") }.sorted()
  }

  /// The input of a case, its files sorted by name.
  static func inputs(_ directory: String, _ name: String) throws -> [ManifestText] {
    let path = root.appending(path: "\(directory)/\(name)")
    guard let files = try? FileManager.default.contentsOfDirectory(atPath: path.path) else {
      return [ManifestText(displayPath: name, relativePath: "team/\(name)", bytes: Array(try Data(contentsOf: path)))]
    }
    return try files.sorted().map { file in
      let bytes = Array(try Data(contentsOf: path.appending(path: file)))
      return ManifestText(displayPath: "\(name)/\(file)", relativePath: "team/\(file)", bytes: bytes)
    }
  }

  /// The result of a reading, as text.
  static func text(_ reading: ManifestResult) -> String {
    var out = TextRenderer().text(reading.diagnostics)
    guard case .valid(let state, _) = reading else { return out }
    if !out.isEmpty { out += "\n" }
    for declaration in state.declarations {
      out += "\(declaration.identity.text) \(declaration.place.line):\(declaration.place.column)\n"
      out += "  \(declaration.specText)\n"
    }
    return out
  }

  private func compare(_ directory: String, _ name: String, with found: String) throws {
    try GoldenFile(FixtureTests.root.appending(path: "\(directory)/\(name).expected")).expect(found)
  }

  @Test(arguments: names(in: "valid")) func `valid manifests decode to the expected texts`(name: String) throws {
    let reading = ManifestReader().read(try FixtureTests.inputs("valid", name))
    guard case .valid = reading else {
      Issue.record("\(name) is refused:\n\(FixtureTests.text(reading))")
      return
    }
    try compare("valid", name, with: FixtureTests.text(reading))
  }

  @Test(arguments: names(in: "invalid")) func `invalid manifests give the expected diagnostics`(name: String) throws {
    let reading = ManifestReader().read(try FixtureTests.inputs("invalid", name))
    guard case .invalid(let diagnostics) = reading else {
      Issue.record("\(name) is accepted")
      return
    }
    #expect(diagnostics.contains { $0.severity == .error })
    try compare("invalid", name, with: FixtureTests.text(reading))
  }
}
