import FleetModel

/// The JSON Schema (draft-07) of all four kinds, generated from the field tables that drive the decoder.
public enum Schema {
  /// Returns the schema as JSON text, ended by a line feed.
  public static func json() -> String { root.text() + "\n" }

  private static var root: JSONValue {
    .object([
      .init("$schema", .string("http://json-schema.org/draft-07/schema#")),
      .init("$id", .string("https://berth.invalid/schema/v1.json")),
      .init("title", .string("Berth manifest")),
      .init("description", .string("One document of a manifest: an organization, a user, a cluster or a deployment.")),
      .init("type", .string("object")),
      .init(
        "properties",
        .object([.init("kind", DocumentDraft.table.fields.first { $0.name == "kind" }?.schema ?? .object([]))])
      ),
      .init("required", .array([.string("kind")])),
      .init("allOf", .array(kinds.map(discriminated))),
    ])
  }

  private struct Kind {
    var name: String
    var spec: [JSONValue.Field]
    var needsSpec: Bool
  }

  private static var kinds: [Kind] {
    [
      Kind(name: "Organization", spec: OrganizationDraft.table.schema, needsSpec: false),
      Kind(name: "User", spec: UserDraft.table.schema, needsSpec: true),
      Kind(name: "Cluster", spec: ClusterDraft.table.schema, needsSpec: true),
      Kind(name: "Deployment", spec: DeploymentDraft.table.schema, needsSpec: true),
    ]
  }

  /// Returns a conditional: a document of this kind has that kind's fields and no others.
  private static func discriminated(_ kind: Kind) -> JSONValue {
    let constant = JSONValue.object([
      .init("properties", .object([.init("kind", .object([.init("const", .string(kind.name))]))]))
    ])
    return .object([.init("if", constant), .init("then", document(kind))])
  }

  /// Returns the schema of a document of a kind.
  static func document(of kind: ObjectKind) -> JSONValue {
    kinds.first { $0.name == kind.rawValue }.map(document) ?? .object([])
  }

  private static func document(_ kind: Kind) -> JSONValue {
    let members = DocumentDraft.table.fields.map { field -> JSONValue.Field in
      switch field.name {
      case "spec":
        .init("spec", .object([.init("description", .string("The desired state of the \(kind.name)."))] + kind.spec))
      case "metadata": .init("metadata", metadata(kind))
      default: .init(field.name, field.schema)
      }
    }
    let required = DocumentDraft.table.fields.filter(\.isRequired).map(\.name) + (kind.needsSpec ? ["spec"] : [])
    return .object([
      .init("required", .array(required.map { .string($0) })), .init("properties", .object(members)),
      .init("additionalProperties", .bool(false)),
    ])
  }

  /// Returns the schema of the metadata, with the grammar of names of this kind.
  private static func metadata(_ kind: Kind) -> JSONValue {
    let rule = kind.name == "User" ? ValueRule<String>.username : ValueRule<String>.label
    let members = MetadataDraft.table.fields.map { field -> JSONValue.Field in
      guard field.name == "name", case .object(let schema) = field.schema else {
        return .init(field.name, field.schema)
      }
      return .init("name", .object(schema.filter { $0.key == "description" } + rule.schema))
    }
    let description = [JSONValue.Field("description", .string("The name, labels and annotations of the object."))]
    return .object(
      description
        + MetadataDraft.table.schema.map { $0.key == "properties" ? .init("properties", .object(members)) : $0 })
  }
}
