import FleetModel

extension Reconciler {
  /// Seconds between checks for commits of other processes, while the lock is not held.
  static let tickInterval = TimeSpan.seconds(1)

  /// Sets the fleet's timer, in place of the one that was set before.
  func wake(at: Instant) {
    timer?.cancel()
    let (time, mailbox) = (time, mailbox)
    timer = Task {
      do { try await time.sleep(until: at) } catch { return }
      mailbox.post(.timer)
    }
  }

  /// Posts a message after some time.
  func postLater(_ message: Message, after span: TimeSpan) {
    let (time, mailbox) = (time, mailbox)
    let at = time.now() + span
    Task {
      do { try await time.sleep(until: at) } catch { return }
      mailbox.post(message)
    }
  }

  /// Schedules the next tick, unless one is scheduled already.
  func scheduleTick() {
    if isTickPending { return }
    isTickPending = true
    postLater(.tick, after: Self.tickInterval)
  }

  /// Records that a scheduled tick has come, if it is among the messages.
  func noteTicks(in messages: [Message]) {
    if messages.contains(where: { if case .tick = $0 { true } else { false } }) { isTickPending = false }
  }

  /// Cancels all timers, and stops following engines.
  func endTasks() {
    timer?.cancel()
    resyncTimer?.cancel()
    pollTimer?.cancel()
    for watch in watches.values { watch.cancel() }
    watches = [:]
    for runs in troubled.values { runs.task.cancel() }
    troubled = [:]
    for retry in retries.values { retry.cancel() }
    retries = [:]
  }
}
