/// What kustomize adds to every document of the kind Deployment, whoever's kind it is: `commonLabels` and
/// `commonAnnotations` go into a pod template and a selector as well. It is checked and passed over: the same labels and
/// annotations stand in the document's own metadata.
enum KustomizeFields {
  private struct Nothing: Sendable {}

  /// The fields of a deployment's spec that are passed over.
  static let names = ["template", "selector"]

  private static let texts = ValueRule<[String: String]>.pairs(of: .text, "a mapping of texts") { _, _ in }
  private static let description = "Accepted, because kustomize adds it, and passed over."

  private static func field<Draft, Value>(
    _ name: String, _ rule: ValueRule<Value>, isPassedOver: Bool = false
  ) -> Field<Draft> {
    Field(
      name: name, isRequired: false, isPassedOver: isPassedOver,
      schema: .object([("description", .text(description))] + rule.schema),
      read: { _, decoder in _ = rule.read(&decoder) })
  }

  private static func mapping(_ fields: [Field<Nothing>]) -> ValueRule<Nothing> {
    .mapping(FieldTable(fields), new: { Nothing() }, finish: { draft, _, _ in draft })
  }

  /// `template: {metadata: {labels: …, annotations: …}}`.
  static func template<Draft>() -> Field<Draft> {
    let metadata = mapping([field("labels", texts), field("annotations", texts)])
    return field("template", mapping([field("metadata", metadata)]), isPassedOver: true)
  }

  /// `selector: {matchLabels: …}`.
  static func selector<Draft>() -> Field<Draft> {
    field("selector", mapping([field("matchLabels", texts)]), isPassedOver: true)
  }
}
