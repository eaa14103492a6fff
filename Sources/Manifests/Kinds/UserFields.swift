import FleetModel

/// The spec of a user while it is being read.
struct UserDraft: Sendable {
  var spec = UserSpec(email: "")
  var email = Span.start
  var organizations: [(name: String, span: Span)] = []

  static let table = FieldTable<UserDraft>([
    Field("email", .email, "The e-mail address, unique among all users.", required: true) { draft, value, span in
      draft.spec.email = value
      draft.email = span
    },
    Field(
      "hashedPassword", .hashedPassword,
      """
      A crypt(3) hash from `berth hash-password`: yescrypt, or bcrypt of cost 10 to 14. A user without one can own \
      deployments but never log in.
      """, sensitive: true
    ) { draft, value, _ in draft.spec.hashedPassword = value },
    Field(
      "active", .flag, "Whether deployments of this user may start. Existing runs continue.",
      default: .bool(UserSpec(email: "").active)
    ) { draft, value, _ in draft.spec.active = value },
    Field(
      "organizations", .list(of: .placedLabel, "a list of organizations"),
      "The organizations that the user is a member of.",
      default: .array([])
    ) {
      draft, value, _ in draft.organizations = value
    },
  ])
}

extension ValueRule where Value == SensitiveValue {
  fileprivate static let hashedPassword = ValueRule.sensitive(
    "a password hash or a reference to a secret", code: .badPasswordHash,
    hint: "create one with `berth hash-password`",
    flaw: PasswordHash.flaw(in:))
}

extension ValueRule where Value == (name: String, span: Span) {
  /// A name with its span.
  static let placedLabel: ValueRule = {
    let label = ValueRule<String>.label
    return ValueRule(schema: label.schema) { decoder in
      let span = decoder.event.span
      return label.read(&decoder).map { ($0, span) }
    }
  }()
}
