/// One file of manifests, as its source has read it.
public struct ManifestText: Sendable {
  /// The path to show: as the user gave it or as found below a given directory; `<stdin>` for standard input.
  public var displayPath: String
  /// The path relative to the root of its source, with `/` between its parts: what it names is found relative to it.
  public var relativePath: String
  /// What the file holds.
  public var bytes: [UInt8]

  /// Makes an input.
  public init(displayPath: String, relativePath: String, bytes: [UInt8]) {
    self.displayPath = displayPath
    self.relativePath = relativePath
    self.bytes = bytes
  }
}
