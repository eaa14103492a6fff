import Glibc

/// Handling of Ctrl-C before anything has been changed: it ends the program at once, and says that nothing was changed.
final class EarlyInterruptGuard {
  /// The handler of SIGINT before; `nil` while the guard is off.
  private var former: (@convention(c) (Int32) -> Void)??

  init() { begin() }

  /// Turns the guard on: nothing is changed from here on.
  func begin() {
    guard former == nil else { return }
    // The handler calls only functions that are safe in a signal handler.
    let old = signal(SIGINT) { _ in
      let words: StaticString = "\ninterrupted; nothing was changed\n"
      _ = write(2, words.utf8Start, words.utf8CodeUnitCount)
      _exit(ExitStatus.interrupted.rawValue)
    }
    former = .some(old)
    // A shell makes background jobs ignore the signal, which stays so.
    if unsafeBitCast(old, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) { end() }
  }

  /// Turns the guard off: something may be changed from here on.
  func end() {
    guard let old = former else { return }
    signal(SIGINT, old)
    former = nil
  }
}
