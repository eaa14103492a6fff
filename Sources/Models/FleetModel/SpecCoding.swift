/// Canonical text of a spec with its metadata: JSON in ASCII, the manifest's field names in a fixed order, maps by key in
/// the order of their UTF-8, fields that equal their default left out. Memory is in bytes, CPU and GPU in thousandths,
/// durations in nanoseconds: all are integers, so that every value is read back exactly.
///
/// The identity is not part of it: neither the name, nor a cluster's `organization`, nor a deployment's `cluster`.
public enum SpecCoding {
  /// Writes metadata and spec. Two declarations of an object mean the same exactly when their texts are equal: every
  /// character beyond ASCII is escaped, so that Swift's comparison of the texts is one of bytes.
  ///
  /// A `renamedFrom` must be of the spec's own kind. The text may contain a literal password hash or invite code: it is
  /// stored in the state and nowhere else.
  public static func text(of spec: ObjectSpec, metadata: ObjectMetadata) -> String {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2048) { memory in
      var writer = SpecTextWriter(into: memory)
      writer.write(spec, metadata)
      return writer.text
    }
  }

  /// Whether `text` equals `text(of:metadata:)`, compared without making that string.
  public static func isText(_ text: String, of spec: ObjectSpec, metadata: ObjectMetadata) -> Bool {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2048) { memory in
      var writer = SpecTextWriter(into: memory)
      writer.write(spec, metadata)
      return writer.wrote(text)
    }
  }

  /// Reads a text that `text(of:metadata:)` wrote for an object of this identity.
  /// - Throws: `SpecCodingError` if the text is damaged: not JSON, an unknown or missing field, a wrong type.
  public static func decode(
    _ text: String, of identity: ObjectIdentity
  ) throws(SpecCodingError) -> (spec: ObjectSpec, metadata: ObjectMetadata) {
    do throws(SpecTextDamage) {
      var fields = try SpecFields(SpecTextReader.node(of: text), at: "")
      let metadata = try fields.takeMetadata(of: identity.kind)
      var inner = try fields.takeObject("spec")
      let spec: ObjectSpec
      switch identity.kind {
      case .organization: spec = .organization(try inner.takeOrganization())
      case .user: spec = .user(try inner.takeUser())
      case .cluster: spec = .cluster(try inner.takeCluster())
      case .deployment: spec = .deployment(try inner.takeDeployment())
      }
      try inner.finish()
      try fields.finish()
      return (spec, metadata)
    } catch {
      throw SpecCodingError(identity: identity, reason: error.reason)
    }
  }
}

/// Damage in the canonical text of an object: the state was damaged, or changed by another program.
public struct SpecCodingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The object of the text.
  public var identity: ObjectIdentity
  /// The fault and its path; contains no value of the text.
  public var reason: String

  /// Makes an error.
  public init(identity: ObjectIdentity, reason: String) {
    self.identity = identity
    self.reason = reason
  }
  /// The error as one sentence.
  public var description: String { "the recorded spec of \(identity.text) is damaged: \(reason)" }
}
