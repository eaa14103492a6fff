import FleetModel
import PlanModel

// Secrets, which are compared by keyed digests and never by themselves.

extension DifferenceSearch {
  mutating func noteMissingSecret(_ declaration: Declaration) {
    guard case .deployment(let spec) = declaration.spec, case .deployment(let identity) = declaration.identity else {
      return
    }
    for reference in spec.secretReferences {
      if case .unavailable(let message) = secrets.states[reference] {
        result.revision.missingSecrets[identity] = message
        return
      }
    }
  }

  mutating func noteMissingColumnValue(_ declaration: Declaration) {
    let sensitive: SensitiveValue? =
      switch declaration.spec {
      case .organization(let spec): spec.inviteCode
      case .user(let spec): spec.hashedPassword
      case .cluster, .deployment: nil
      }
    guard case .reference(let reference) = sensitive, let why = secrets.missingColumnValues[reference] else { return }
    result.notices.append(.secretUnavailable(declaration.identity, why))
  }

  mutating func noteDigests(_ declaration: Declaration, _ former: ObjectIdentity) {
    guard case .deployment(let spec) = declaration.spec, case .deployment(let identity) = declaration.identity,
      !spec.env.isEmpty, case .deployment(let old) = former, let slot = fleet.deploymentsByIdentity[old]
    else { return }
    let known = fleet.deployments[slot].record.secretDigests
    // Also of values whose change is ignored: whether a later one is ignored must not depend on what else was applied since.
    for reference in spec.secretReferences {
      guard let digest = result.revision.secretDigests[reference], known[reference.text] != digest else { continue }
      result.revision.seenDigests[identity, default: known][reference.text] = digest
    }
  }

  /// Returns the secrets whose reference is unchanged but whose value differs from that of the last apply, judged by keyed digests.
  func secretDifferences(_ declaration: Declaration, former: ObjectIdentity) -> [FieldDifference] {
    switch (declaration.spec, former) {
    case (.deployment(let spec), .deployment(let identity)):
      guard spec.rerunsOnSecretChange, let slot = fleet.deploymentsByIdentity[identity] else { return [] }
      let known = fleet.deployments[slot].record.secretDigests
      return spec.env.sorted { $0.key < $1.key }.compactMap { name, value in
        guard case .secret(let reference) = value, let old = known[reference.text],
          let new = result.revision.secretDigests[reference], old != new
        else { return nil }
        return .secretChanged(path: "env.\(name)", forcesNewRun: true)
      }
    case (.user(let spec), .user(let name)):
      guard case .reference(let reference) = spec.hashedPassword, let new = secrets.columnValues[reference],
        let old = fleet.usersByName[name].flatMap({ fleet.users[$0]?.hashedPassword }), old != new
      else { return [] }
      return [.secretChanged(path: "hashedPassword", forcesNewRun: false)]
    case (.organization(let spec), .organization(let name)):
      guard case .reference(let reference) = spec.inviteCode, let new = secrets.columnValues[reference],
        let old = fleet.organizationsByName[name].flatMap({ fleet.organizations[$0]?.inviteCode }), old != new
      else { return [] }
      return [.secretChanged(path: "inviteCode", forcesNewRun: false)]
    default: return []
    }
  }
}
