import FleetModel

/// The spec of an organization while it is being read.
struct OrganizationDraft: Sendable {
  var spec = OrganizationSpec()
  var inviteCode = Span.start

  static let table = FieldTable<OrganizationDraft>([
    Field(
      "inviteCode", .inviteCode,
      "The code that invites members; generated and kept if left out. A literal code is visible to all readers of the repository.",
      sensitive: true
    ) { draft, value, span in
      draft.spec.inviteCode = value
      draft.inviteCode = span
    }
  ])
}

extension ValueRule where Value == SensitiveValue {
  fileprivate static let inviteCode = ValueRule.sensitive(
    "an invite code or a reference to a secret", code: .badInviteCode,
    hint: "write 1 to 255 printable ASCII characters without spaces, or {fromEnv: NAME}"
  ) { InviteCode.flaw(in: $0) }
}

/// The rules for invite codes: what people can type and paste.
enum InviteCode {
  /// Describes the flaw of a code; `nil` if it is accepted. Never quotes the code.
  static func flaw(in text: String) -> String? {
    var text = text
    return text.withUTF8 { flaw(in: $0) }
  }

  /// Describes the flaw of a code; `nil` if it is accepted. Never quotes the code.
  static func flaw(in bytes: UnsafeBufferPointer<UInt8>) -> String? {
    if bytes.first == NameGrammar.dash { return "invite code starts with \"-\"" }
    if bytes.isEmpty || bytes.count > 255 { return "invite code is \(bytes.count) bytes long" }
    return bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F } ? nil : "invite code has characters that can't be typed"
  }
}
