import FleetCore
import PlanModel
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
    // Also the state of the machine: another directory, account or environment may find another one first.
    words.append(ShellWord.option("--state", Surroundings.absolute(place.path)))
    words += Self.options(of: request.takeover) + Self.options(of: request.guards)
    self.words = words
  }

  private static func options(of takeover: Takeover) -> [String] {
    switch takeover {
    case .nothing: []
    case .all: ["--take-ownership=all"]
    case .named(let names): names.sorted().map { "--take-ownership=\(ShellWord.quoted($0))" }
    }
  }

  /// What the watch refuses, the apply that confirms something else refuses as well.
  private static func options(of guards: PlanGuards) -> [String] {
    var options: [String] = []
    if guards.forbidsPreemption { options.append("--no-preempt") }
    if let hours = guards.maxGPUHoursLost { options.append("--max-gpu-hours-lost=\(hours)") }
    if let count = guards.maxStopped { options.append("--max-stopped=\(count)") }
    return options
  }

  /// Returns the text of the command line with further options.
  func text(with options: [String]) -> String { (words + options).joined(separator: " ") }
}
