import ArgumentParser
import Diagnostics

/// Errors of the commands themselves.
enum CommandError: Error {
  /// Manifests with errors.
  case invalid([Diagnostic])
  /// A name that nothing has, with a hint.
  case notFound(String, hint: String?)
  /// A plan with changes that was not confirmed.
  case notConfirmed(String)
  /// A command line that is invalid as a whole.
  case usage(String, of: any ParsableCommand.Type)
  /// A failed system call or unsuitable input.
  case system(String, hint: String? = nil)
}
