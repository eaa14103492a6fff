import FleetModel

extension Validator {
  /// Checks that a former name is not the object's own, is no longer declared, and is claimed once.
  mutating func checkRenames() {
    var claims: [ObjectIdentity: Int] = [:]
    for index in documents.indices where !duplicates.contains(index) {
      guard let written = documents[index].metadata.former, let present = documents[index].identity else { continue }
      guard let former = documents[index].formerIdentity else {
        report(
          index,
          Problem(
            code: .badReference,
            message: "\"\(written.text)\" does not name a former"
              + " \(present.kind.rawValue.lowercased())",
            span: written.span, hint: "write the name alone, or the full identity such as \(present.path)"))
        continue
      }
      if former == present {
        reportRename(index, written.span, "\(present.text) is renamed from itself", [])
      } else if let first = claims[former] {
        reportRename(
          index, written.span, "\(former.text) is the former name of two objects", [related("first used here", first)])
      } else if let other = declared(former), documents[other].metadata.former == nil {
        reportRename(
          index, written.span, "\(former.text) is still declared", [related("declared here", other)])
      }
      claims[former] = index
    }
  }

  private mutating func reportRename(_ index: Int, _ span: Span, _ message: String, _ places: [Problem.Related]) {
    report(
      index,
      Problem(
        code: .badRename, message: message, span: span, related: places,
        hint: "delete renamedFrom if the rename was applied, or correct it"))
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
