import FleetModel

extension EventRecord {
  /// Words after the subject's name in progress output; nil if another event says the same.
  public var progressText: String? {
    switch code {
    case .started: "started"
    case .completed: "completed"
    case .failed: "failed: \(message)"
    case .deleted: "deleted"
    case .unknown: "unknown: \(message)"
    case .retryRequested, .stopping, .nominationEnded, .engineError, .orphan: message
    case .created, .updated, .withdrawn, .admitted, .ended: nil
    case nil: message
    }
  }

  /// Style of the event's text.
  public var style: Style? {
    switch code {
    case .completed, .started, .created: .added
    case .failed: .error
    case .engineError, .unknown, .orphan: .warning
    case .stopping, .deleted, .withdrawn: .removed
    case .updated, .retryRequested, .admitted, .ended, .nominationEnded, nil: nil
    }
  }
}
