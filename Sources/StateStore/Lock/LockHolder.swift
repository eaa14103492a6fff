import FleetModel

/// Description of the process that holds the lock of a recorded state: the one row of `lease`.
public struct LockHolder: Sendable, Hashable, CustomStringConvertible {
  /// Name of the user who runs the command.
  public var who: String
  /// Name of the machine.
  public var host: String
  /// Number of the process.
  public var pid: Int32
  /// The command, without values that could be secrets: `berth watch manifests`.
  public var command: String
  /// Time at which the process began to work on the state. A process that takes and releases the lock repeatedly keeps
  /// one value, so that the row need not be written each time.
  public var since: Instant

  /// Makes a description.
  public init(who: String, host: String, pid: Int32, command: String, since: Instant) {
    self.who = who
    self.host = host
    self.pid = pid
    self.command = command
    self.since = since
  }

  /// `ada@lab (pid 42, berth apply manifests, since 2026-11-23T19:01:24Z)`; not yet escaped for a terminal.
  public var description: String {
    "\(who)@\(host) (pid \(pid), \(command), since \(since.utcText))"
  }
}
