import Reconciliation
import Reports

/// The command line of an apply of what a watch watches, which a shell can run in any directory.
struct ApplyCommandLine {
  private let words: [String]

  /// Creates the command line.
  ///
  /// - Parameter place: the state on which the watch works.
  init(_ request: WatchRequest, on place: StatePlace) {
    // With the links that led there: they are part of the source's name.
    let working = Surroundings.logicalWorkingDirectory
    var words = ["berth apply"] + request.paths.map { ShellWord.path(Surroundings.absolute($0, in: working)) }
    if request.source != request.place || request.hasMoved {
      words.append(ShellWord.option("--source", request.source))
    }
    if request.hasMoved { words.append("--source-moved") }
    if request.prunes { words.append("--prune") }
    switch place.rule {
    case .option, .variable, .local: words.append(ShellWord.option("--state", Surroundings.absolute(place.path)))
    case .machine: break
    }
    self.words = words
  }

  /// Returns the text of the command line with further options.
  func text(with options: [String]) -> String { (words + options).joined(separator: " ") }
}
