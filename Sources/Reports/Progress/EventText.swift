import FleetModel

extension EventRecord {
  /// Words after the subject's name in progress output; nil if another event says the same.
  public var progressText: String? {
    switch code {
    case "started": "started"
    case "completed": "completed"
    case "failed": "failed: \(message)"
    case "retryRequested": message
    case "stopping": message
    case "deleted": "deleted"
    case "engineError", "orphan": message
    case "unknown": "unknown: \(message)"
    case "created", "updated", "withdrawn", "admitted", "ended": nil
    default: message
    }
  }

  /// Style of the event's text.
  public var style: Style? {
    switch code {
    case "completed", "started", "created": .added
    case "failed": .error
    case "engineError", "unknown", "orphan": .warning
    case "stopping", "deleted", "withdrawn": .removed
    default: nil
    }
  }
}
