import FleetModel

/// One entry of `dependsOn` while it is being read.
struct DependencyDraft: Sendable {
  var name = RelativeName(text: "", span: .start)
  var until: DependencyCondition?
  var untilSpan = Span.start

  static let table = FieldTable<DependencyDraft>([
    Field(
      "name", .deployment, "The deployment to wait for: name, cluster/name or organization/cluster/name.",
      required: true
    ) { draft, value, _ in draft.name = value },
    Field(
      "until", .word("a condition"),
      "The condition to wait for. Without it, completed for a job and running for a service."
    ) { draft, value, span in
      draft.until = value
      draft.untilSpan = span
    },
  ])
}

extension ValueRule where Value == DependencyDraft {
  /// A name, or a map of name and condition.
  static let dependency: ValueRule = {
    let name = ValueRule<RelativeName>.deployment
    let full = ValueRule.mapping(DependencyDraft.table, new: { DependencyDraft() }, finish: { draft, _, _ in draft })
    return ValueRule(schema: [.init("anyOf", .array([.object(name.schema), .object(full.schema)]))]) { decoder in
      if decoder.event.kind == .mappingStart { return full.read(&decoder) }
      return name.read(&decoder).map { DependencyDraft(name: $0) }
    }
  }()
}
