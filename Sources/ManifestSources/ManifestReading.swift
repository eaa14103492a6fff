import Diagnostics
import FleetModel

/// One thing that a user names as a source of manifests.
public enum ManifestInput: Sendable, Hashable {
  /// A directory, which is read recursively, or one file, whatever its name. As the user wrote it; relative to the
  /// working directory.
  case path(String)
  /// What was read from standard input.
  case standardInput([UInt8])
}

/// One file of a source, read and not yet decoded.
public struct ManifestFile: Sendable, Hashable {
  /// As the user would write it: the given directory and the path below it; `<stdin>` for standard input.
  public var displayPath: String
  /// Relative to `ManifestReading.base`; absolute where it lies outside of that. What a `fromFile` beside it is relative to.
  public var relativePath: String
  /// The contents, at most `ManifestDirectory.sizeLimit` bytes.
  public var bytes: [UInt8]
  /// By what a later look knows that it has not changed; nil: it must be read again.
  public var stamp: FileStamp?
  /// SHA-256 of the contents; nil: nobody has computed it yet.
  public var digest: [UInt8]?
  /// It was not read, for it is as a former look has seen it; `bytes` are empty.
  public var isAsBefore = false

  /// Makes a file.
  public init(displayPath: String, relativePath: String, bytes: [UInt8]) {
    self.displayPath = displayPath
    self.relativePath = relativePath
    self.bytes = bytes
  }
}

/// What came of reading a source.
public struct ManifestReading: Sendable {
  /// Every file once: by input, then by path in byte order.
  public var files: [ManifestFile] = []
  /// The absolute path, without symbolic links, of the one directory that was the whole input; nil for anything else.
  public var binding: String?
  /// What `relativePath` is relative to, absolute: the binding, or else the working directory.
  public var base: String
  /// What was refused, by name; in the order of the files.
  public var problems: [Diagnostic] = []
}

/// An input that can't be read at all: never the same as one that is empty.
public enum ManifestSourceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is nothing at the path.
  case missing(path: String)
  /// It is there and can't be opened or listed, with the system's reason.
  case unreadable(path: String, reason: String)

  /// One sentence, without its full stop. Not yet escaped for a terminal.
  public var description: String {
    switch self {
    case .missing(let path): "there is no file or directory \(path)"
    case .unreadable(let path, let reason): "can't read \(path): \(reason)"
    }
  }
}
