import FleetModel
import Reconciliation

/// A time that goes a hundred times as fast as the system's, so that what happens at intervals happens soon.
public struct FastTime: TimeSource {
  private static let factor: Int64 = 100
  private let beginning = SystemTime().now()

  /// Makes a time that begins now.
  public init() {}

  public func now() -> Instant {
    let passed = SystemTime().now() - beginning
    return beginning + TimeSpan(nanoseconds: passed.nanoseconds * Self.factor)
  }

  public func sleep(until instant: Instant) async throws {
    let left = (instant - now()).nanoseconds / Self.factor
    if left > 0 { try await Task.sleep(for: .nanoseconds(left)) }
  }
}
