import Diagnostics
import FleetModel
import Foundation
import ManifestSources
import TestKit
import Testing

@testable import Manifests

/// The manifests that the project ships. Its examples have separate tests.
@Suite struct ShippedManifestTests {
  @Test func `the shipped manifests decode without diagnostics`() throws {
    let path = Repository.root.appending(path: "manifests").path
    let reading = try ManifestDirectory.read([.path(path)])
    #expect(reading.problems.isEmpty)
    #expect(!reading.files.isEmpty)
    let result = ManifestReader().read(
      reading.files.map {
        ManifestText(displayPath: $0.displayPath, relativePath: $0.relativePath, bytes: $0.bytes)
      })
    #expect(TextRenderer().text(result.diagnostics).isEmpty, "\(TextRenderer().text(result.diagnostics))")
    guard case .valid(let state, _) = result else {
      Issue.record("the shipped manifests are not valid")
      return
    }
    #expect(!state.declarations.isEmpty)
  }

  /// Editors find the schema by the first line of each file, a relative path to an existing file.
  @Test func `the shipped manifests name the schema`() throws {
    let path = Repository.root.appending(path: "manifests").path
    let prefix = "# yaml-language-server: $schema="
    for file in try ManifestDirectory.read([.path(path)]).files {
      let first = String(decoding: file.bytes, as: UTF8.self).prefix { $0 != "\n" }
      guard first.hasPrefix(prefix) else {
        Issue.record("manifests/\(file.relativePath) does not begin with the line that names its schema")
        continue
      }
      let schema = URL(filePath: path).appending(path: file.relativePath).deletingLastPathComponent()
        .appending(path: String(first.dropFirst(prefix.count))).standardizedFileURL
      let wanted = Repository.root.appending(path: "schema/berth.schema.json").standardizedFileURL
      #expect(schema.path == wanted.path, "manifests/\(file.relativePath)")
    }
  }

  /// The committed schema is what `berth schema` prints: `berth schema > schema/berth.schema.json` brings it up to date.
  @Test func `the committed schema is current`() throws {
    let file = Repository.root.appending(path: "schema/berth.schema.json")
    let isCurrent = try String(contentsOf: file, encoding: .utf8) == Schema.json()
    #expect(isCurrent, "berth schema > schema/berth.schema.json")
  }
}
