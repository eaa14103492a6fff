/// Limits on the input of manifests.
public enum ManifestLimits {
  /// Largest size of a file: 64 MiB, in bytes.
  public static let fileSize = 64 << 20
  /// Largest number of directories nested within each other below the root.
  public static let depth = 64
}
