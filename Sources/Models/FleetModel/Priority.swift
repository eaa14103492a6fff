/// A deployment's declared priority. The raw value is what the `priority` column holds.
public enum Priority: Int, Sendable, Hashable, Comparable, CaseIterable {
  /// Below the others.
  case low = 1
  /// The default.
  case medium = 2
  /// Before the others.
  case high = 3

  /// Orders priorities: the lower is less.
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
  /// A deployment that runs to completion.
  case job
  /// A deployment that keeps running; restarted when it exits.
  case service
}

/// A deployment's status. The raw value is what the `status` column holds.
public enum DeploymentStatus: String, Sendable, Hashable, CaseIterable {
  /// A deployment without a confirmed execution.
  case pending = "PENDING"
  /// A deployment whose execution is confirmed.
  case running = "RUNNING"
  /// A job that ended with success.
  case completed = "COMPLETED"
  /// A deployment that failed with no retry left.
  case failed = "FAILED"
  /// A deployment that was suspended before it ever ran.
  case cancelled = "CANCELLED"
}
