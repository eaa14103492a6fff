/// Exit codes of the program.
enum ExitStatus: Int32, Error {
  /// Done, or no difference; waiting deployments do not matter.
  case done = 0
  /// Error in input, engine or state.
  case failed = 1
  /// `diff --exit-code` found changes.
  case changes = 2
  /// Not converged.
  case notConverged = 3
  /// Refused or held back: locked, a stale plan, protected, the prune limit, not confirmed.
  case refused = 4
  /// Invalid command line.
  case usage = 64
  /// Interrupted.
  case interrupted = 130
}
