import Glibc
import SystemPackage

/// A process of this machine, told from later ones with the same number by the time of its start.
public struct ProcessIdentity: Sendable, Hashable {
  /// Number of the process.
  public var pid: Int32
  /// Time of its start, in clock ticks since the boot.
  public var start: Int64

  /// Creates an identity.
  public init(pid: Int32, start: Int64) {
    self.pid = pid
    self.start = start
  }

  /// This process.
  public static let current = ProcessIdentity(pid: getpid(), start: startOfProcess(getpid()) ?? 0)

  /// Returns the process that has a number; `nil` if there is none, or it has ended.
  public static func found(_ pid: Int32) -> ProcessIdentity? {
    startOfProcess(pid).map { ProcessIdentity(pid: pid, start: $0) }
  }

  /// Whether the process still lives. A process that has ended and that nobody has waited for counts as ended.
  public var isAlive: Bool { Self.startOfProcess(pid) == start }

  /// Returns the start of a process; `nil` if there is none of that number, or it has ended.
  private static func startOfProcess(_ pid: Int32) -> Int64? {
    do throws(SystemFailure) {
      guard let file = try OpenedFile.ifThere("/proc/\(pid)/stat", .readOnly) else { return nil }
      return start(inStatus: String(decoding: try file.readAll(limit: 4096), as: UTF8.self))
    } catch {
      return nil
    }
  }

  /// Returns the start that a line of `/proc/PID/stat` tells (proc(5)); `nil` if the process has ended.
  public static func start(inStatus line: String) -> Int64? {
    // The name of the program is in parentheses, and may hold spaces and parentheses itself.
    guard let end = line.lastIndex(of: ")") else { return nil }
    let fields = line[line.index(after: end)...].split(separator: " ")
    // The state is field 3, the start field 22.
    guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
    return Int64(fields[19])
  }
}
