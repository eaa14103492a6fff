import Diagnostics
import FleetModel
import Testing

@testable import Manifests

/// Invite codes are unique wherever they come from: a literal, a secret, or what is recorded.
@Suite struct InviteCodeTests {
  /// Organizations of a source: the name, the field in YAML, the former name.
  typealias Declared = [(name: String, field: String, former: String?)]

  private static let secret = "{fromEnv: CODE}"
  /// Declarations, organizations of other sources, and the one that is reported with the owner of its code.
  static let cases: [(declared: Declared, others: Set<String>, reported: [String])] = [
    ([("a", "one", nil), ("b", secret, nil)], [], ["organization b has the invite code of organization a"]),
    ([("a", secret, nil), ("b", secret, nil)], [], ["organization b has the invite code of organization a"]),
    ([("a", "{fromEnv: NONE}", nil), ("b", "{fromEnv: NONE}", nil)], [], []),
    ([("a", "one", nil)], ["other"], []),
    ([("a", "recorded-other", nil)], ["other"], ["organization a has the invite code of organization other"]),
    // It will be withdrawn, and leaves its code.
    ([("a", "recorded-other", nil)], [], []),
    // Without the field the recorded code stays.
    (
      [("other", "", nil), ("a", "recorded-other", nil)], [],
      ["organization a has the invite code of organization other"]
    ),
    (
      [("new", "", "other"), ("zoo", "recorded-other", nil)], [],
      ["organization zoo has the invite code of organization new"]
    ),
    ([("other", "two", nil), ("a", "recorded-other", nil)], [], []),
    ([("a", "", "b"), ("b", "", "a")], [], []),
    ([("a", "recorded-b", "b"), ("b", "recorded-a", "a")], [], []),
  ]

  @Test(arguments: cases.indices)
  func `an organization whose code another one has is reported`(index: Int) throws {
    let (declared, others, reported) = Self.cases[index]
    let text = declared.map { name, field, former in
      """
      apiVersion: berth/v1
      kind: Organization
      metadata: {name: \(name)\(former.map { ", renamedFrom: \($0)" } ?? "")}
      spec: {\(field.isEmpty ? "" : "inviteCode: \(field)")}

      """
    }.joined(separator: "---\n")
    var known = KnownObjects(organizations: others)
    for name in ["a", "b", "other"] { known.inviteCodes[name] = SecretText("recorded-\(name)") }
    let input = ManifestText(displayPath: "a.yaml", relativePath: "a.yaml", bytes: Array(text.utf8))
    guard case .valid(let desired, _) = ManifestReader(known: known).read([input]) else {
      Issue.record("not valid: \(text)")
      return
    }
    let problems = desired.problems(ofInviteCodesBeside: known) { reference in
      reference.text.hasSuffix("CODE") ? SecretText("one") : nil
    }
    #expect(problems.map(\.message) == reported)
    #expect(problems.allSatisfy { $0.code == .duplicateValue && $0.place != nil })
  }
}
