import Diagnostics
import FleetModel

// Checks of users, organizations and ownership.
//
// If a user leaves an organization or becomes inactive, existing runs continue and nothing new starts (section 3 of
// docs/DESIGN.md). So an inactive owner is a warning, and the deployment is held: setting `active: false` must not
// invalidate everything else. A missing membership is an error if the user is declared in the same manifests, because
// one commit can fix both; if another source declares the user it is a warning, because that source may end the
// membership at any time and must not break this one.
extension Validator {
  /// Checks that a user's organizations exist and are listed once.
  mutating func checkUser(_ index: Int, _ draft: UserDraft) {
    var first: [String: Span] = [:]
    for (name, span) in draft.organizations {
      if let earlier = first[name] {
        report(
          index,
          Problem(
            code: .repeatedEntry, message: "organization \(name) is listed twice", span: span,
            related: [related("first listed here", index, earlier)], hint: "delete one of the two"))
        continue
      }
      first[name] = span
      _ = organization(name, from: index, at: span)
    }
  }

  /// Checks that a cluster's organization and creator exist, and that the creator is a member.
  mutating func checkCluster(_ index: Int, _ draft: ClusterDraft) {
    _ = organization(draft.organization, from: index, at: draft.organizationSpan)
    let creator = user(draft.spec.creator, from: index, at: draft.creatorSpan)
    checkMember(
      creator, named: draft.spec.creator, of: draft.organization, index, draft.creatorSpan, code: .creatorNotMember,
      role: "the cluster's creator")
  }

  /// Checks that a deployment's owner is an active member of its cluster's organization.
  mutating func checkOwner(_ index: Int, _ draft: DeploymentDraft) {
    let owner = user(draft.user, from: index, at: draft.userSpan)
    checkMember(
      owner, named: draft.user, of: draft.cluster.organization, index, draft.userSpan, code: .ownerNotMember,
      role: "the deployment's user")
    let isActive: Bool
    var places: [Problem.Related] = []
    switch owner {
    case .declared(let user):
      guard documents[user].isSound, case .user(let spec) = documents[user].spec else { return }
      isActive = spec.value.spec.active
      places = [related("user declared here", user)]
    case .known(let user): isActive = user.isActive
    case .unknown: return
    }
    guard !isActive else { return }
    report(
      index,
      Problem(
        code: .ownerInactive, message: "user \(draft.user) is not active: none of their deployments will start",
        span: draft.userSpan, related: places, hint: "name another user, or delete the deployment",
        severity: .warning))
  }

  private mutating func checkMember(
    _ member: Referent<KnownObjects.User>, named name: String, of organization: String, _ index: Int, _ span: Span,
    code: DiagnosticCode, role: String
  ) {
    let isMember: Bool
    var severity = Diagnostic.Severity.error
    var places: [Problem.Related] = []
    switch member {
    case .declared(let user):
      guard documents[user].isSound, case .user(let spec) = documents[user].spec else { return }
      isMember = spec.value.organizations.contains { $0.name == organization }
      places = [related("user declared here", user)]
    case .known(let user):
      isMember = user.organizations.contains(organization)
      severity = .warning
    case .unknown:
      return
    }
    guard !isMember else { return }
    report(
      index,
      Problem(
        code: code, message: "\(role) \(name) is not a member of the organization \(organization)", span: span,
        related: places, hint: "add \(organization) to the user's organizations, or name another user",
        severity: severity))
  }

  /// Checks that e-mail addresses and literal invite codes are unique, also among users of other sources.
  mutating func checkUniqueValues() {
    var emails: [String: Int] = [:]
    // When a part of a source is read, the former self of a renamed user is a known object too.
    let former = Set(documents.compactMap(\.formerIdentity))
    for (name, user) in known.users where users[name] == nil && !former.contains(.user(name)) {
      emails[user.email.lowercased()] = -1
    }
    var codes: [SensitiveValue: Int] = [:]
    for index in documents.indices where !duplicates.contains(index) {
      switch documents[index].spec {
      case .user(let box) where !box.value.spec.email.isEmpty:
        let draft = box.value
        let key = draft.spec.email.lowercased()
        guard let first = emails[key] else {
          emails[key] = index
          continue
        }
        let places = first < 0 ? [] : [related("first used here", first, emailSpan(first))]
        report(
          index,
          Problem(
            code: .duplicateValue, message: "e-mail address \(draft.spec.email) is already used by another user",
            span: draft.email, related: places, hint: "give every user an address of their own"))
      case .organization(let box):
        guard let code = box.value.spec.inviteCode, case .literal = code else { continue }
        guard let first = codes[code], case .organization(let other) = documents[first].spec else {
          codes[code] = index
          continue
        }
        report(
          index,
          Problem(
            code: .duplicateValue, message: "invite code is already used by another organization",
            span: box.value.inviteCode,
            related: [related("first used here", first, other.value.inviteCode)],
            hint: "remove the field; a code is then generated and kept"))
      default:
        continue
      }
    }
  }

  private func emailSpan(_ index: Int) -> Span? {
    guard case .user(let draft) = documents[index].spec else { return nil }
    return draft.value.email
  }
}
