import Diagnostics
import FleetModel

/// An input that a user names as a source of manifests.
public enum ManifestInput: Sendable, Hashable {
  /// A directory, which is read recursively, or one file of any name. As the user wrote it, relative to the working directory.
  case path(String)
  /// The bytes of standard input.
  case standardInput([UInt8])
}

/// A file of a source, read and not yet decoded.
public struct ManifestFile: Sendable, Hashable {
  /// Path as the user would write it: the given directory and the path below it; `<stdin>` for standard input.
  public var displayPath: String
  /// Path relative to `ManifestReading.base`, or absolute if the file lies outside of that.
  public var relativePath: String
  /// The contents, at most `ManifestLimits.fileSize` bytes.
  public var bytes: [UInt8]
  /// Stamp by which a later look recognizes the file as unchanged; `nil`: it must be read again.
  public var stamp: FileStamp?
  /// SHA-256 of the contents; `nil`: not computed.
  public var digest: [UInt8]?
  /// Whether the file was not read, because it is as an earlier look has seen it. Then `bytes` is empty.
  public var isAsBefore = false

  /// Creates a file that was read.
  public init(displayPath: String, relativePath: String, bytes: [UInt8]) {
    self.displayPath = displayPath
    self.relativePath = relativePath
    self.bytes = bytes
  }
}

/// Result of reading a source.
public struct ManifestReading: Sendable {
  /// The files, each once: by input, then by path in byte order.
  public var files: [ManifestFile] = []
  /// The absolute path, without symbolic links, of the one directory that was the whole input; `nil` for any other input.
  public var binding: String?
  /// The absolute path that `relativePath` is relative to: the binding, or else the working directory.
  public var base: String
  /// Problems of files that were refused, in the order of the files.
  public var problems: [Diagnostic] = []
}

/// Reason why an input can't be read at all. An empty input is no error.
public enum ManifestSourceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Nothing exists at the path.
  case missing(path: String)
  /// The path exists and can't be opened or listed, with the system's reason.
  case unreadable(path: String, reason: String)

  /// The message: one sentence without its full stop, not yet escaped for a terminal.
  public var description: String {
    switch self {
    case .missing(let path): "there is no file or directory \(path)"
    case .unreadable(let path, let reason): "can't read \(path): \(reason)"
    }
  }
}
