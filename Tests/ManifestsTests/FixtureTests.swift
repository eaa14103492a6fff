import Diagnostics
import FleetModel
import Foundation
import Testing

@testable import Manifests

/// Manifest files next to their expected results: the exact diagnostics, or the canonical texts. Set
/// `BERTH_BLESS=1` to write the actual results instead of comparing; read the difference before committing it.
@Suite struct FixtureTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

  /// The names of the cases: files and directories of files, without the expected results.
  static func names(in directory: String) -> [String] {
    let found = try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: directory).path)
    return (found ?? []).filter { !$0.hasSuffix(".expected") && !$0.hasPrefix(".") }.sorted()
  }

  /// The input of a case, its files in the order of their names.
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

  /// The result of reading manifests, as text.
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
    let file = FixtureTests.root.appending(path: "\(directory)/\(name).expected")
    if ProcessInfo.processInfo.environment["BERTH_BLESS"] == "1" {
      try Data(found.utf8).write(to: file)
    }
    let expected = try String(contentsOf: file, encoding: .utf8)
    #expect(found == expected, "\(name)")
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
