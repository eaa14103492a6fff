import Glibc

/// While nothing has been changed yet, Ctrl-C ends the program at once, and says that.
final class EarlyInterruptGuard {
  /// What SIGINT did before; nil: this is over.
  private var former: (@convention(c) (Int32) -> Void)??

  init() { begin() }

  /// From here on nothing is changed.
  func begin() {
    guard former == nil else { return }
    // Nothing but what a signal's handler may call.
    let old = signal(SIGINT) { _ in
      let words: StaticString = "\ninterrupted; nothing was changed\n"
      _ = write(2, words.utf8Start, words.utf8CodeUnitCount)
      _exit(ExitStatus.interrupted.rawValue)
    }
    former = .some(old)
    // Whoever runs it in the background of a script has it ignore the signal, and so it goes on doing.
    if unsafeBitCast(old, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) { end() }
  }

  /// From here on something may be changed.
  func end() {
    guard let old = former else { return }
    signal(SIGINT, old)
    former = nil
  }
}
