import Glibc

/// A machine since its last start.
public struct Machine: Sendable, Hashable {
  /// Name of the machine.
  public var host: String
  /// Number of the boot, which no other boot of any machine has; empty if the system does not tell.
  public var boot: String

  /// Creates a description.
  public init(host: String, boot: String) {
    self.host = host
    self.boot = boot
  }

  /// This machine. A process does not outlive a boot, so it is asked for once.
  public static let current = Machine(host: name, boot: bootNumber)

  private static var name: String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "unknown" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static var bootNumber: String {
    do throws(SystemFailure) {
      let bytes = try OpenedFile("/proc/sys/kernel/random/boot_id", .readOnly).readAll(limit: 256)
      return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    } catch {
      return ""
    }
  }
}
