import ArgumentParser
import Diagnostics

/// What a command gives up with, beside the errors of the parts.
enum CommandError: Error {
  /// The manifests are wrong.
  case invalid([Diagnostic])
  /// Nothing of that name is recorded; with what there is.
  case notFound(String, hint: String?)
  /// A plan with changes was shown, and nobody could be asked, or the answer was no.
  case notConfirmed(String)
  /// The command line lacks something that only shows when it is taken as a whole.
  case usage(String, of: any ParsableCommand.Type)
  /// Something of the system failed.
  case system(String, hint: String? = nil)
}
