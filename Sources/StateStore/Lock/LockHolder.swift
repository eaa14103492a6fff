import FleetModel

/// Who holds the lock of a recorded state: the one row of `lease`.
public struct LockHolder: Sendable, Hashable, CustomStringConvertible {
  /// The user who runs the command.
  public var who: String
  /// The machine's name.
  public var host: String
  /// The process.
  public var pid: Int32
  /// The command, without values that could be secrets: `berth watch manifests`.
  public var command: String
  /// Since when the process works on the state. One who takes and gives up the lock again and again keeps the same value, so
  /// that the row need not be written each time.
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
    "\(who)@\(host) (pid \(pid), \(command), since \(InstantText.text(since).prefix(19))Z)"
  }
}
