import FleetModel
import Foundation
import Testing

@testable import Manifests

@Suite struct SchemaTests {
  private func object() throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(Schema.json().utf8))
    return try #require(value as? [String: Any])
  }

  /// The branch of a kind.
  private func branch(_ kind: String) throws -> [String: Any] {
    let branches = try #require(try object()["allOf"] as? [[String: Any]])
    let found = branches.first { branch in
      let properties = (branch["if"] as? [String: Any])?["properties"] as? [String: Any]
      return (properties?["kind"] as? [String: Any])?["const"] as? String == kind
    }
    return try #require(found?["then"] as? [String: Any])
  }

  private func properties(_ kind: String, _ path: String...) throws -> [String: Any] {
    var at = try branch(kind)
    for name in path { at = try #require((at["properties"] as? [String: Any])?[name] as? [String: Any]) }
    return at
  }

  @Test func `the schema is draft 7 and has every kind`() throws {
    #expect(try object()["$schema"] as? String == "http://json-schema.org/draft-07/schema#")
    for kind in ObjectKind.allCases { #expect(try branch(kind.rawValue)["additionalProperties"] as? Bool == false) }
  }

  @Test func `every field is described`() throws {
    func walk(_ value: Any, _ path: String) {
      if let object = value as? [String: Any] {
        if let properties = object["properties"] as? [String: [String: Any]], object["then"] == nil {
          for (name, schema) in properties where schema["const"] == nil {
            let isDescribed = (schema["description"] as? String)?.isEmpty == false
            #expect(isDescribed, "\(path).\(name)")
          }
        }
        for (key, inner) in object { walk(inner, path + "." + key) }
      } else if let list = value as? [Any] {
        for inner in list { walk(inner, path) }
      }
    }
    walk(try object(), "")
  }

  @Test func `required fields are those of the design`() throws {
    #expect(try properties("User", "spec")["required"] as? [String] == ["email"])
    #expect(try properties("Cluster", "spec")["required"] as? [String] == ["organization", "creator", "capacity"])
    #expect(try properties("Deployment", "spec")["required"] as? [String] == ["cluster", "user", "image", "resources"])
    #expect(try properties("Deployment", "spec", "resources")["required"] as? [String] == ["ram", "cpu"])
    #expect(try branch("Organization")["required"] as? [String] == ["apiVersion", "kind", "metadata"])
  }

  @Test func `stated defaults are those of the model`() throws {
    #expect(try properties("Deployment", "spec", "readyAfter")["default"] as? String == "5s")
    #expect(try properties("Deployment", "spec", "mode")["default"] as? String == "job")
    #expect(try properties("Deployment", "spec", "retry", "backoff")["default"] as? String == "10s")
    #expect(try properties("Cluster", "spec", "scheduling", "agingAfter")["default"] as? String == "1d")
    #expect(try properties("Cluster", "spec", "scheduling", "maxBypass")["default"] as? Int == 16)
    #expect(try properties("User", "spec", "active")["default"] as? Bool == true)
  }

  /// The pattern of the schema, compared with the decoder.
  @Test(arguments: ["90s", "1.5h", "1d", "17ns", "90", "1h30m", "-1s", "s", "01s", "1 s", "1w"])
  func `the pattern of durations agrees with the decoder`(text: String) throws {
    let pattern = try #require(try properties("Deployment", "spec", "maxRuntime")["pattern"] as? String)
    let isMatched = text.range(of: pattern, options: .regularExpression) != nil
    // The pattern does not refuse a leading zero.
    guard text != "01s" else { return }
    #expect(isMatched == ((try? decode("maxRuntime: \(text)")) == true))
  }

  private func decode(_ field: String) throws -> Bool {
    let text = """
      apiVersion: berth/v1
      kind: Deployment
      metadata: {name: a}
      spec:
        cluster: a/b
        user: c
        image: d
        resources: {ram: 1Gi, cpu: 1}
        \(field)

      """
    return Array(text.utf8).withUnsafeBufferPointer { DecodedFile($0, number: 0, directory: []) }.problems.isEmpty
  }
}
