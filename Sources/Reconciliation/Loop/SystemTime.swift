import FleetModel
import Glibc
import Synchronization

/// The system's time of day, except that it never goes back: if the clock is set back, time goes on as a clock of this boot
/// counts it until the time of day has caught up. Otherwise everything that waits for a time would wait as much longer.
public struct SystemTime: TimeSource {
  private let clock: SteadyClock

  /// Creates a source of the system time. All of them go together.
  public init() { clock = .system }

  init(_ clock: SteadyClock) { self.clock = clock }

  /// Returns the present time.
  public func now() -> Instant { clock.now() }

  /// Sleeps by a monotonic clock.
  public func sleep(until instant: Instant) async throws {
    let left = instant - now()
    if left > .zero { try await Task.sleep(for: .nanoseconds(left.nanoseconds)) }
  }

  /// Lets time go on from a recorded instant if the clock was set back since.
  public func advance(to recorded: Instant) { clock.advance(to: recorded) }
}

/// A clock that shows the time of day and never goes back.
final class SteadyClock: Sendable {
  /// The clock of this machine.
  static let system = SteadyClock(
    timeOfDay: { read(CLOCK_REALTIME) }, uptime: { read(CLOCK_BOOTTIME) })

  private let timeOfDay: @Sendable () -> Int64
  private let uptime: @Sendable () -> Int64
  /// The greatest difference between the time of day and the uptime so far.
  private let lead = Mutex(Int64.min)

  /// - Parameters:
  ///   - timeOfDay: nanoseconds since 1970, which may go back.
  ///   - uptime: nanoseconds since some moment of this boot, which never go back.
  init(timeOfDay: @escaping @Sendable () -> Int64, uptime: @escaping @Sendable () -> Int64) {
    self.timeOfDay = timeOfDay
    self.uptime = uptime
  }

  func now() -> Instant {
    lead.withLock { lead in
      let uptime = uptime()
      lead = max(lead, timeOfDay() - uptime)
      return Instant(nanoseconds: uptime + lead)
    }
  }

  func advance(to instant: Instant) {
    lead.withLock { lead in lead = max(lead, instant.nanoseconds - uptime()) }
  }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
