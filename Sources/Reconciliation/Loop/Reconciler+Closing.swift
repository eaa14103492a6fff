import StateStore

extension Reconciler {
  /// Ends the work on the state: its file is made whole without the log, and the lock is released.
  func closeState() {
    defer { lock.release() }
    // A state that can't be closed so says itself that it needs its log, which the next writer takes over.
    do {
      guard try lock.isHeld || lock.tryAcquire(as: holder) else { return }
      try store.closeLog()
    } catch {
      return
    }
  }
}
