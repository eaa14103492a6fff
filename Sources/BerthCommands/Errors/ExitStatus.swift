/// How the program ends.
enum ExitStatus: Int32, Error {
  /// Done, or no difference; also when something merely waits.
  case done = 0
  /// An error in the input, an engine or the state.
  case failed = 1
  /// `diff --exit-code` found changes.
  case changes = 2
  /// What was asked for has not come about.
  case notConverged = 3
  /// Refused or held back: locked, a stale plan, protected, the prune limit, not confirmed.
  case refused = 4
  /// The command line is wrong.
  case usage = 64
  /// Interrupted.
  case interrupted = 130
}
