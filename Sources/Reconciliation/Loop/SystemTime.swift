import FleetModel
import Glibc

/// The system's time of day.
public struct SystemTime: TimeSource {
  /// Creates a source of the system time.
  public init() {}

  /// Returns the time of the realtime clock.
  public func now() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  /// Sleeps by a monotonic clock. If the time of day is set meanwhile, it returns late or early by as much.
  public func sleep(until instant: Instant) async throws {
    let left = instant - now()
    if left > .zero { try await Task.sleep(for: .nanoseconds(left.nanoseconds)) }
  }
}
