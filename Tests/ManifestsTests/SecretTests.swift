import Diagnostics
import Testing

@testable import Manifests

/// Literal secrets are never shown, whatever is wrong around them.
@Suite struct SecretTests {
  @Test(arguments: [
    "spec: {email: a@b.c, hashedPassword: TOPSECRET, bogus: 1}",
    "spec: {hashedPassword: TOPSECRET, hashedPassword: TOPSECRET}",
    "spec: {password: TOPSECRET}", "spec: {hashed_password: [TOPSECRET]}", "spec: {hashedPassword: \"TOPSECRET",
    "spec: {hashedPassword: 'TOPSECRET\n  TOPSECRET",
    "spec:\n  hashedPassword: |\n    TOPSECRET\n   TOPSECRET: x\n  - y",
    "spec:\n  hashedPassword: \"x\n    \\q TOPSECRET\"", "spec:\n  hashedPassword: &a TOPSECRET\n  email: *a",
    "spec:\n  email: [x]\n  hashedPassword: !bad TOPSECRET", "spec: {\"hashedPassword\" : TOPSECRET, ]",
  ])
  func neverShown(spec: String) throws {
    let text = "apiVersion: berth/v1\nkind: User\nmetadata: {name: ada}\n\(spec)\n"
    let input = ManifestText(displayPath: "a.yaml", relativePath: "a.yaml", bytes: Array(text.utf8))
    let diagnostics = ManifestReader().read([input]).diagnostics
    #expect(!diagnostics.isEmpty)
    let shown = TextRenderer().text(diagnostics)
    #expect(!shown.contains("TOPSECRET") && !shown.contains("OPSECRE"), "\(shown)")
  }
}
