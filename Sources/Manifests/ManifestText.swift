/// One manifest file as read from its source.
public struct ManifestText: Sendable {
  /// The path to show: as the user gave it or as found below a given directory; `<stdin>` for standard input.
  public var displayPath: String
  /// The path relative to the root of its source, separated by `/`. Files that the manifest names are resolved
  /// against it.
  public var relativePath: String
  /// The content of the file.
  public var bytes: [UInt8]

  /// Creates an input.
  public init(displayPath: String, relativePath: String, bytes: [UInt8]) {
    self.displayPath = displayPath
    self.relativePath = relativePath
    self.bytes = bytes
  }
}
