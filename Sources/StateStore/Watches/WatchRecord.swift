import FleetModel
import SystemCalls

/// A watch of a recorded state, as it last described itself: a row of `watches`.
public struct WatchRecord: Sendable, Hashable {
  /// Name of the source whose manifests it follows.
  public var source: String
  /// The process: who runs it, where, since when, and its command.
  public var holder: LockHolder
  /// Number of the machine's boot.
  public var boot: String
  /// Start of the process, in clock ticks since the boot; together with the pid it names one process.
  public var processStart: Int64
  /// End of its last pass over manifests and engines; `nil` before the first.
  public var lastPass: Instant?
  /// Time at which it last said that it is alive.
  public var seen: Instant

  /// Creates a record.
  public init(
    source: String, holder: LockHolder, boot: String, processStart: Int64, lastPass: Instant?, seen: Instant
  ) {
    self.source = source
    self.holder = holder
    self.boot = boot
    self.processStart = processStart
    self.lastPass = lastPass
    self.seen = seen
  }

  /// Creates the record of a watch of this process that begins.
  public init(of source: String, by holder: LockHolder, at now: Instant) {
    let (machine, process) = (Machine.current, ProcessIdentity.current)
    var holder = holder
    (holder.host, holder.pid) = (machine.host, process.pid)
    self.init(
      source: source, holder: holder, boot: machine.boot, processStart: process.start, lastPass: nil, seen: now)
  }

  /// Time between two signs of life of an idle watch.
  public static let interval = TimeSpan.seconds(20)
  /// Time after its last sign of life for which a watch on another machine counts as alive.
  public static let patience = TimeSpan.seconds(60)

  /// Whether the watch is alive, as far as one machine can tell: on the same machine by its process, elsewhere by the age of
  /// its last sign of life.
  public func isAlive(now: Instant, seenFrom machine: Machine) -> Bool {
    if holder.host == machine.host {
      return boot == machine.boot && ProcessIdentity(pid: holder.pid, start: processStart).isAlive
    }
    return now < seen + Self.patience
  }
}
