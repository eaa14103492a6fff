import FleetModel

/// A new object's most important fields, shown beside its name in a plan: where it runs, and as whose.
enum NewObjectText {
  /// Short texts that a line is not broken within; empty if there is nothing to say.
  static func pieces(_ kind: ObjectKind, _ fields: [FieldDifference]) -> [String] {
    var values: [String: String] = [:]
    for field in fields { values[field.path] = field.new }
    func resources(_ prefix: String) -> [String] {
      Dimension.allCases.compactMap { dimension in
        values["\(prefix).\(dimension.rawValue)"].map { "\(dimension.rawValue) \($0)" }
      }
    }
    switch kind {
    case .organization: return []
    case .user:
      let members = values["organizations"].map { "member of " + $0.trimming("[", "]") }
      let isInactive = values["active"] == "false" ? "not active" : nil
      return [values["email"], members, isInactive].compactMap { $0 }
    case .cluster:
      return resources("capacity") + [values["engine.type"].map { "engine \($0)" }].compactMap { $0 }
    case .deployment:
      let state = values["suspend"] == "true" ? "suspended" : nil
      let details = [values["mode"], values["priority"], state].compactMap { $0 }
      let owner = values["user"].map { "as \($0)" }
      return [values["image"]].compactMap { $0 } + resources("resources") + details + [owner].compactMap { $0 }
    }
  }
}

extension String {
  /// The string without a pair of enclosing characters, if it has both.
  fileprivate func trimming(_ first: Character, _ last: Character) -> String {
    self.first == first && self.last == last ? String(dropFirst().dropLast()) : self
  }
}
