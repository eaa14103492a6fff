import EngineInterface
import FleetModel
import Glibc

/// Secrets from the program's environment and from files within a source's directory.
struct LocalSecrets: SecretResolver {
  /// Largest size of a secret file, in bytes: 1 MiB.
  private static let sizeLimit = 1 << 20
  private let surroundings: Surroundings

  init(_ surroundings: Surroundings = .current) { self.surroundings = surroundings }

  func resolve(_ reference: SecretReference, root: String?) -> Result<SecretText, SecretUnavailable> {
    switch reference {
    case .fromEnv(let name):
      guard let value = surroundings[name] else {
        return .failure(SecretUnavailable(message: "environment variable \(name) is not set"))
      }
      return .success(SecretText(value))
    case .fromFile(let path): return file(path, root: root ?? Surroundings.workingDirectory)
    }
  }

  /// Returns the text of a file without one line break at its end. A file outside of the root is refused, even through links.
  private func file(_ path: String, root: String) -> Result<SecretText, SecretUnavailable> {
    func failure(_ why: String) -> Result<SecretText, SecretUnavailable> {
      .failure(SecretUnavailable(message: "file \(path) \(why)"))
    }
    guard !path.utf8.contains(0) else { return failure("can't be named so") }
    guard let resolved = realpath(path.hasPrefix("/") ? path : "\(root)/\(path)", nil) else {
      return failure("can't be read: \(String(cString: strerror(errno)))")
    }
    defer { free(resolved) }
    guard let rootPath = realpath(root, nil) else { return failure("has no directory to be in") }
    defer { free(rootPath) }
    let (whole, base) = (String(cString: resolved), String(cString: rootPath))
    guard whole.hasPrefix(base == "/" ? "/" : base + "/") else {
      return failure("is outside of the source's directory")
    }
    let descriptor = open(whole, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return failure("can't be read: \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return failure("is not a regular file")
    }
    guard status.st_size <= Self.sizeLimit else { return failure("is larger than 1 MiB") }
    guard let bytes = InputBytes.all(of: descriptor, limit: Self.sizeLimit) else { return failure("can't be read") }
    let text = bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...]
    guard let value = String(validating: text, as: UTF8.self), !value.utf8.contains(0) else {
      return failure("is not UTF-8 text")
    }
    return .success(SecretText(value))
  }
}

/// Reads file descriptors.
enum InputBytes {
  /// Reads a descriptor to its end, but at most one byte more than the limit. Returns `nil` when the system fails.
  static func all(of descriptor: Int32, limit: Int) -> [UInt8]? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= limit {
      let count = read(descriptor, &buffer, min(buffer.count, limit + 1 - bytes.count))
      if count == 0 { break }
      if count < 0 {
        if errno == EINTR { continue }
        return nil
      }
      bytes += buffer[..<count]
    }
    return bytes
  }
}
