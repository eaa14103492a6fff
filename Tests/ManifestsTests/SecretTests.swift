import Diagnostics
import FleetModel
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
  func `a secret is never shown`(spec: String) throws {
    let text = "apiVersion: berth/v1\nkind: User\nmetadata: {name: ada}\n\(spec)\n"
    let input = ManifestText(displayPath: "a.yaml", relativePath: "a.yaml", bytes: Array(text.utf8))
    let diagnostics = ManifestReader().read([input]).diagnostics
    #expect(!diagnostics.isEmpty)
    let shown = TextRenderer().text(diagnostics)
    #expect(!shown.contains("TOPSECRET") && !shown.contains("OPSECRE"), "\(shown)")
  }

  @Test(arguments: [
    ("TOPSECRET", "user ada, hashedPassword fromEnv PW: not a password hash"),
    ("", "user ada, hashedPassword fromEnv PW: password hash is empty"),
    ("$2b$12$abcdefghijklmnopqrstuvABCDEFGHIJKLMNOPQRSTUVWXYZ01234", nil),
    ("$2b$12$abcdefghijklmnopqrstuvABCDEFGHIJKLMNOPQRSTUVWXYZ01234\n", "malformed bcrypt hash"),
    ("$1$abcdefgh$0123456789012345678901", "MD5"),
  ])
  func `the value behind a hash reference is checked`(value: String, message: String?) {
    let place = SourcePlace(file: "a.yaml", line: 3, column: 1)
    let spec = UserSpec(email: "a@b.c", hashedPassword: .reference(.fromEnv("PW")))
    let user = Declaration(identity: .user("ada"), metadata: ObjectMetadata(), spec: .user(spec), place: place)
    let problems = user.problems { $0 == .fromEnv("PW") ? SecretText(value) : nil }
    #expect(problems.count == (message == nil ? 0 : 1))
    for problem in problems {
      #expect(problem.code == .badPasswordHash && problem.place == place)
      #expect(problem.message.contains(message ?? "-") && !problem.message.contains("TOPSECRET"), "\(problem.message)")
    }
    #expect(user.problems { _ in nil }.isEmpty)
  }
}
