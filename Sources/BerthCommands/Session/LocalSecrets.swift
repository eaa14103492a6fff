import EngineInterface
import FleetModel
import SystemCalls
import SystemPackage

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
    let bytes: [UInt8]
    do throws(SystemFailure) {
      let whole = try SystemCall.realPath(path.hasPrefix("/") ? path : "\(root)/\(path)")
      guard let base = Self.realPathIfThere(root) else { return failure("has no directory to be in") }
      guard whole != base, FilePath(whole).starts(with: FilePath(base)) else {
        return failure("is outside of the source's directory")
      }
      let file = try OpenedFile(whole, .readOnly, options: [.noFollow, .nonBlocking])
      let status = try file.status()
      guard status.type == .regular else { return failure("is not a regular file") }
      guard status.size <= Self.sizeLimit else { return failure("is larger than 1 MiB") }
      bytes = try file.readAll(limit: Self.sizeLimit)
    } catch {
      return failure("can't be read: \(error.reason)")
    }
    let text = bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...]
    guard let value = String(validating: text, as: UTF8.self), !value.utf8.contains(0) else {
      return failure("is not UTF-8 text")
    }
    return .success(SecretText(value))
  }

  private static func realPathIfThere(_ path: String) -> String? {
    do throws(SystemFailure) {
      return try SystemCall.realPath(path)
    } catch {
      return nil
    }
  }
}
