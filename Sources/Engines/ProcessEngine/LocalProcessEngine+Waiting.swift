import EngineInterface
import FleetModel
import Synchronization

/// The wait for changes: those that are reported, and those that only looks tell.
extension LocalProcessEngine {
  /// Time between looks at what nothing reports.
  static let lookInterval = Duration.seconds(2)

  /// Waits for changes. What nothing reports counts as changed at intervals, however many changes are reported meanwhile.
  func nextBatch(after cursor: ObservationCursor) async -> ChangeLog.Batch {
    if isToldOfAll { return await changeLog.next(after: cursor) }
    let at = looksAt.withLock { at in
      let due = at ?? .now + Self.lookInterval
      at = due
      return due
    }
    if at <= .now {
      recordUntold()
      return await changeLog.next(after: cursor)
    }
    let clock = Task { [weak self] in
      do { try await Task.sleep(until: at, clock: .continuous) } catch { return }
      self?.recordUntold()
    }
    defer { clock.cancel() }
    return await changeLog.next(after: cursor)
  }

  /// Whether every end and every loss of a shim is reported.
  private var isToldOfAll: Bool {
    markers.withLock { if case .active = $0 { true } else { false } } && unsupervised.withLock(\.isEmpty)
  }

  /// Counts what nothing reports as changed: every run without markers, else those whose shims can't be watched.
  private func recordUntold() {
    looksAt.withLock { $0 = .now + Self.lookInterval }
    guard markers.withLock({ if case .active = $0 { true } else { false } }) else { return changeLog.recordLoss() }
    for name in unsupervised.withLock({ $0.keys.sorted() }) { changeLog.record(name) }
  }
}
