/// The canonical text of a spec: JSON with a fixed order of keys and without what equals its default.
public enum SpecCoding {
  /// Writes metadata and spec. Two declarations mean the same exactly when their texts are equal.
  public static func text(of spec: ObjectSpec, metadata: ObjectMetadata) -> String {
    ""
  }
}
