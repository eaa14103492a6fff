/// Fields that kustomize adds to every document of the kind Deployment, whatever its API: `commonLabels` and
/// `commonAnnotations` also go into a pod template and a selector. They are checked and ignored, because the
/// document's own metadata has the same labels and annotations.
enum KustomizeFields {
  private struct Nothing: Sendable {}

  /// The ignored fields of a deployment's spec.
  static let names = ["template", "selector"]

  private static let strings = ValueRule<[String: String]>.pairs(of: .string, "a map of strings") { _, _ in }
  private static let description = "Accepted because kustomize adds it; ignored."

  private static func field<Draft, Value>(
    _ name: String, _ rule: ValueRule<Value>, isIgnored: Bool = false
  ) -> Field<Draft> {
    Field(
      name: name, isRequired: false, isIgnored: isIgnored,
      schema: .object([.init("description", .string(description))] + rule.schema),
      read: { _, decoder in _ = rule.read(&decoder) })
  }

  private static func mapping(_ fields: [Field<Nothing>]) -> ValueRule<Nothing> {
    .mapping(FieldTable(fields), new: { Nothing() }, finish: { draft, _, _ in draft })
  }

  /// `template: {metadata: {labels: …, annotations: …}}`.
  static func template<Draft>() -> Field<Draft> {
    let metadata = mapping([field("labels", strings), field("annotations", strings)])
    return field("template", mapping([field("metadata", metadata)]), isIgnored: true)
  }

  /// `selector: {matchLabels: …}`.
  static func selector<Draft>() -> Field<Draft> {
    field("selector", mapping([field("matchLabels", strings)]), isIgnored: true)
  }
}
