import Foundation
import TestKit
import Testing

@testable import Diagnostics

@Suite struct CatalogTests {
  /// The codes that the sources define, by their text: nothing else lists them.
  static func defined() throws -> [Int] {
    return try ["DiagnosticCode+Manifests", "DiagnosticCode+Sources"].flatMap { name in
      let file = Repository.root.appending(path: "Sources/Models/Diagnostics/\(name).swift")
      let text = try String(contentsOf: file, encoding: .utf8)
      return text.matches(of: /DiagnosticCode\((\d+)\)/).compactMap { Int($0.output.1) }
    }
  }

  @Test func `every code is explained once`() throws {
    let codes = try CatalogTests.defined()
    #expect(codes.count > 50)
    #expect(Set(codes).count == codes.count)
    #expect(DiagnosticCatalog.entries.map(\.code.number) == codes.sorted())
  }

  @Test func `entries are complete`() {
    for entry in DiagnosticCatalog.entries {
      #expect(!entry.title.isEmpty && !entry.wrong.isEmpty && !entry.right.isEmpty, "\(entry.code.text)")
      #expect(entry.explanation.hasSuffix("."), "\(entry.code.text)")
      #expect(entry.wrong != entry.right, "\(entry.code.text)")
    }
  }

  @Test func `codes are found in any case, with or without their prefix`() {
    #expect(DiagnosticCatalog.entry(named: "BRT0012")?.code == .unknownField)
    #expect(DiagnosticCatalog.entry(named: "brt12")?.code == .unknownField)
    #expect(DiagnosticCatalog.entry(named: "12")?.code == .unknownField)
    #expect(DiagnosticCatalog.entry(named: "BRT9999") == nil)
    #expect(DiagnosticCatalog.entry(named: "unknown") == nil)
  }

  @Test func `an explanation is plain text`() throws {
    let text = try #require(DiagnosticCatalog.entry(named: "BRT0022")).text
    #expect(
      text == """
        BRT0022: invalid boolean

        Some programs read yes, no, on and off as booleans and some as strings. Manifests only accept
        true and false.

        Wrong:

            active: yes

        Right:

            active: true

        """)
  }
}
