/// A deployment's declared priority. The raw value is what the `priority` column holds.
public enum Priority: Int, Sendable, Hashable, Comparable, CaseIterable, Codable {
  case low = 1
  case medium = 2
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
public enum Mode: String, Sendable, Hashable, CaseIterable, Codable {
  /// Runs to completion.
  case job
  /// Keeps running; restarted when it exits.
  case service
}

/// A deployment's status. The raw value is what the `status` column holds.
public enum DeploymentStatus: String, Sendable, Hashable, CaseIterable, Codable {
  case pending = "PENDING"
  case running = "RUNNING"
  case completed = "COMPLETED"
  case failed = "FAILED"
  case cancelled = "CANCELLED"
}
