import FleetModel

/// Former identities, resolved to absolute ones.
enum FormerIdentity {
  /// Returns the former identity that a document states; `nil` if it states none, or one that its kind can't have.
  static func of(_ document: ManifestDocument) -> ObjectIdentity? {
    guard let former = document.metadata.former, let identity = document.identity else { return nil }
    switch identity {
    case .organization: return former.parts.count == 1 && isLabels(former) ? .organization(former.parts[0]) : nil
    case .user: return former.parts.count == 1 ? .user(former.parts[0]) : nil
    case .cluster(let present):
      guard isLabels(former) else { return nil }
      return former.cluster(in: present.organization).map { .cluster($0) }
    case .deployment(let present):
      guard isLabels(former) else { return nil }
      return former.deployment(in: present.cluster).map { .deployment($0) }
    }
  }

  private static func isLabels(_ name: RelativeName) -> Bool { name.parts.allSatisfy { !$0.contains(".") } }
}

extension Validator {
  /// Checks that a former name is not the object's own, is no longer declared, and is claimed once.
  mutating func checkRenames() {
    var claims: [ObjectIdentity: Int] = [:]
    for index in documents.indices where !duplicates.contains(index) {
      guard let written = documents[index].metadata.former, let present = documents[index].identity else { continue }
      guard let former = FormerIdentity.of(documents[index]) else {
        report(
          index,
          Problem(
            code: .badReference,
            message: "\"\(written.text)\" does not name a former"
              + " \(present.kind.rawValue.lowercased())",
            span: written.span, hint: "write the name alone, or the whole identity such as \(present.path)"))
        continue
      }
      if former == present {
        reportRename(index, written.span, "\(present.text) is said to be renamed from itself", [])
      } else if let first = claims[former] {
        reportRename(
          index, written.span, "\(former.text) is the former name of two objects", [related("first here", first)])
      } else if let other = declared(former), documents[other].metadata.former == nil {
        reportRename(
          index, written.span, "\(former.text) is still declared", [related("it is declared here", other)])
      }
      claims[former] = index
    }
  }

  private mutating func reportRename(_ index: Int, _ span: Span, _ message: String, _ places: [Problem.Related]) {
    report(
      index,
      Problem(
        code: .badRename, message: message, span: span, related: places,
        hint: "delete renamedFrom once the rename was applied, or correct it"))
  }

  private func declared(_ identity: ObjectIdentity) -> Int? {
    switch identity {
    case .organization(let name): organizations[name]
    case .user(let name): users[name]
    case .cluster(let name): clusters[name]
    case .deployment(let name): deployments[name]
    }
  }
}
