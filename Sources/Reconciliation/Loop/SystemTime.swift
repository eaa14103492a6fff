import FleetModel
import Glibc

/// The system's time of day.
public struct SystemTime: TimeSource {
  /// Makes it.
  public init() {}

  /// Now, by the realtime clock.
  public func now() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  /// Sleeps by a clock that goes on; a time of day that is set meanwhile makes it late or early by as much.
  public func sleep(until instant: Instant) async throws {
    let left = instant - now()
    if left > .zero { try await Task.sleep(for: .nanoseconds(left.nanoseconds)) }
  }
}
