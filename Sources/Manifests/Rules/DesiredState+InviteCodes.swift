import Diagnostics
import FleetModel

extension DesiredState {
  /// Returns an error for every organization whose invite code another one has. Codes behind references count with their
  /// values, and an organization that declares none keeps its recorded one.
  ///
  /// - Parameters:
  ///   - known: organizations outside of the declared ones, and the recorded codes of all.
  ///   - value: looks up a reference; `nil` if it is not available here.
  public func problems(
    ofInviteCodesBeside known: KnownObjects, value: (SecretReference) -> SecretText?
  ) -> [Diagnostic] {
    let organizations = declarations.filter { $0.identity.kind == .organization }.sorted { $0.place < $1.place }
    if organizations.isEmpty { return [] }
    var declaredNames: Set<String> = []
    for declaration in organizations {
      for case .organization(let name)? in [declaration.identity, declaration.metadata.renamedFrom] {
        declaredNames.insert(name)
      }
    }
    var owners: [SecretText: String] = [:]
    for name in known.organizations.subtracting(declaredNames).sorted() {
      if let code = known.inviteCodes[name] { owners[code] = name }
    }
    var problems: [Diagnostic] = []
    for declaration in organizations {
      guard let code = inviteCode(of: declaration, known, value) else { continue }
      guard let other = owners[code] else {
        owners[code] = declaration.identity.path
        continue
      }
      problems.append(
        Diagnostic(
          .duplicateValue, "\(declaration.identity.text) has the invite code of organization \(other)",
          at: declaration.place,
          hint: "give every organization a code of its own, or remove the field: one is then generated and kept"))
    }
    return problems
  }

  private func inviteCode(
    of declaration: Declaration, _ known: KnownObjects, _ value: (SecretReference) -> SecretText?
  ) -> SecretText? {
    guard case .organization(let spec) = declaration.spec else { return nil }
    switch spec.inviteCode {
    case .literal(let code): return code
    case .reference(let reference): if let code = value(reference) { return code }
    case nil: break
    }
    guard case .organization(let former) = declaration.metadata.renamedFrom ?? declaration.identity else { return nil }
    return known.inviteCodes[former] ?? known.inviteCodes[declaration.identity.path]
  }
}
