/// A deployment's declared priority. The raw value is what the `priority` column holds.
public enum Priority: Int, Sendable, Hashable, Comparable, CaseIterable {
  /// Gives way to the others.
  case low = 1
  /// The default.
  case medium = 2
  /// Comes before the others.
  case high = 3

  /// Lower is less.
  public static func < (left: Priority, right: Priority) -> Bool { left.rawValue < right.rawValue }
  /// `low`, `medium` or `high`.
  public var text: String {
    switch self {
    case .low: "low"
    case .medium: "medium"
    case .high: "high"
    }
  }
}

/// Whether a deployment ends by itself.
public enum Mode: String, Sendable, Hashable, CaseIterable {
  /// Runs to completion.
  case job
  /// Keeps running; restarted when it exits.
  case service
}

/// A deployment's status. The raw value is what the `status` column holds.
public enum DeploymentStatus: String, Sendable, Hashable, CaseIterable {
  /// Has no confirmed execution.
  case pending = "PENDING"
  /// Its execution is confirmed.
  case running = "RUNNING"
  /// A job that ended with success.
  case completed = "COMPLETED"
  /// It failed, and no retry is left.
  case failed = "FAILED"
  /// Suspended before it ever ran.
  case cancelled = "CANCELLED"
}
