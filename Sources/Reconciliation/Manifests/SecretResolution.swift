import EngineInterface
import FleetCore
import FleetModel

/// Resolution of the secrets that a desired state refers to: digests for the environments of deployments, values for the
/// state's columns.
struct SecretResolution {
  let resolver: any SecretResolver
  /// The directory of the source, which paths of secret files are relative to; `nil`: the working directory.
  let root: String?
  /// The installation's key, with which digests are computed.
  let key: [UInt8]

  func resolve(_ desired: DesiredState) -> ResolvedSecrets {
    var resolved = ResolvedSecrets()
    for declaration in desired.declarations {
      switch declaration.spec {
      case .deployment(let spec):
        for reference in spec.secretReferences where resolved.states[reference] == nil {
          switch resolver.resolve(reference, root: root) {
          case .success(let value):
            let digest = value.withValue { MessageDigest.hex(MessageDigest.hmac("secret/" + $0, key: key)) }
            resolved.states[reference] = .available(digest: digest)
          case .failure(let problem): resolved.states[reference] = .unavailable(problem.message)
          }
        }
      case .user(let spec): note(spec.hashedPassword, &resolved)
      case .organization(let spec): note(spec.inviteCode, &resolved)
      case .cluster: break
      }
    }
    return resolved
  }

  private func note(_ sensitive: SensitiveValue?, _ resolved: inout ResolvedSecrets) {
    guard case .reference(let reference) = sensitive else { return }
    switch resolver.resolve(reference, root: root) {
    case .success(let value): resolved.columnValues[reference] = value
    case .failure(let problem): resolved.missingColumnValues[reference] = problem.message
    }
  }
}

extension Fleet {
  /// Resolves the secrets of a desired state, with digests under this installation's key.
  func secrets(
    of desired: DesiredState, _ options: ComparisonOptions, from resolver: any SecretResolver
  ) -> ResolvedSecrets {
    SecretResolution(resolver: resolver, root: options.binding, key: installation.key).resolve(desired)
  }
}

extension ResolvedSecrets {
  /// Whether any of the secrets is read from a file.
  var hasFiles: Bool {
    func isFile(_ reference: SecretReference) -> Bool { if case .fromFile = reference { true } else { false } }
    return states.keys.contains(where: isFile) || columnValues.keys.contains(where: isFile)
      || missingColumnValues.keys.contains(where: isFile)
  }
}
