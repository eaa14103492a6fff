import Diagnostics
import Testing

@testable import Manifests

/// Limits whose inputs are too large to be fixtures.
@Suite struct LargeInputTests {
  /// What is wrong with a text, each as code, place and message.
  private func problems(_ text: String) -> [String] {
    let input = ManifestText(displayPath: "large.yaml", relativePath: "large.yaml", bytes: Array(text.utf8))
    return ManifestReader().read([input]).diagnostics.map { diagnostic in
      "\(diagnostic.code.text) \(diagnostic.place?.text ?? "-") \(diagnostic.message)"
    }
  }

  private func organization(label: String) -> String {
    "apiVersion: berth/v1\nkind: Organization\nmetadata:\n  name: vision\n  annotations: {note: \"\(label)\"}\n"
  }

  @Test func aValueOfMoreThanAMebibyteIsRefusedAtItsPlace() {
    #expect(problems(organization(label: String(repeating: "x", count: 1 << 20))) == [])
    #expect(
      problems(organization(label: String(repeating: "x", count: (1 << 20) + 1)))
        == ["BRT0003 large.yaml:5:23 a value of more than 1 MiB"])
  }

  @Test func aFileOfMoreThan64MebibytesIsRefused() {
    let text = String(repeating: " ", count: (64 << 20) + 1)
    #expect(problems(text) == ["BRT0001 large.yaml:1:1 a file of 67108865 bytes; the limit is 64 MiB"])
  }
}
