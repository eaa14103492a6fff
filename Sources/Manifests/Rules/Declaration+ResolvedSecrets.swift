import Diagnostics
import FleetModel

extension Declaration {
  /// Checks the secrets that the declaration refers to and that columns of the state hold, by the rules for literal
  /// ones, because nothing has checked them before. A value is never quoted, and one that can't be looked up here is
  /// not judged.
  ///
  /// - Parameter value: looks up a reference; `nil` if it is not available here.
  public func problems(ofResolved value: (SecretReference) -> SecretText?) -> [Diagnostic] {
    switch spec {
    case .user(let user):
      problem(
        "hashedPassword", user.hashedPassword, value, .badPasswordHash, "use the hash that `berth hash-password` prints"
      ) {
        PasswordHash.flaw(in: $0)
      }
    case .organization(let organization):
      problem(
        "inviteCode", organization.inviteCode, value, .badInviteCode,
        "use 1 to 255 printable ASCII characters without spaces"
      ) {
        InviteCode.flaw(in: $0)
      }
    case .cluster, .deployment: []
    }
  }

  private func problem(
    _ field: String, _ sensitive: SensitiveValue?, _ value: (SecretReference) -> SecretText?, _ code: DiagnosticCode,
    _ hint: String,
    flaw: (String) -> String?
  ) -> [Diagnostic] {
    guard case .reference(let reference)? = sensitive, let flaw = value(reference)?.withValue(flaw) else { return [] }
    return [Diagnostic(code, "\(identity.text), \(field) \(reference.text): \(flaw)", at: place, hint: hint)]
  }
}
