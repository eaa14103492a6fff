import FleetModel
import StateStore

extension Reconciler {
  /// Shortest time between two signs of life: a busy watch makes many passes a second.
  private static let heartbeatPause = TimeSpan.seconds(5)

  /// Records that this watch is alive, unless it has just done so.
  ///
  /// - Parameter hasPassed: whether a pass over manifests and engines has just ended.
  func beat(hasPassed: Bool) throws {
    guard let watching else { return }
    let now = time.now()
    var beat = watching.heartbeat ?? WatchRecord(of: watching.request.source, by: holder, at: now)
    if watching.heartbeat != nil {
      // The first pass is told at once: from then on the watch is known to work.
      let pause = hasPassed ? (beat.lastPass == nil ? .zero : Self.heartbeatPause) : WatchRecord.interval
      guard now >= beat.seen + pause || now < beat.seen else { return }
    }
    beat.seen = now
    if hasPassed { beat.lastPass = now }
    try store.record(beat)
    self.watching?.heartbeat = beat
  }

  /// Removes the record of this watch.
  func endHeartbeat() {
    guard let beat = watching?.heartbeat else { return }
    // A row that stays is of a process that has ended, and counts for nothing.
    do { try store.forget(beat) } catch { return }
  }
}
