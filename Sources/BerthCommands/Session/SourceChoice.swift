import ArgumentParser
import ManifestSources

/// The source of a command's manifests.
struct SourceChoice {
  /// The name.
  var name: String
  /// The name that follows from where the manifests come from.
  var place: String
  /// Whether the name is that of the place, because none was given.
  var isDerived: Bool

  /// Chooses the source of paths.
  ///
  /// - Parameter given: the value of `--source`; `nil`: none.
  init(_ given: String?, of paths: [String]) {
    place = SourceNaming(working: Surroundings.logicalWorkingDirectory, firstCommit: GitClient.firstCommit).name(
      of: paths)
    name = given ?? place
    isDerived = given == nil
  }

  /// Checks that the source may be pruned: standard input and several paths do not say enough about themselves.
  ///
  /// - Throws: `CommandError.usage` if the source needs a name.
  func checkPruning(of paths: [String], for command: any ParsableCommand.Type) throws {
    guard isDerived, paths.count > 1 || paths == ["-"] else { return }
    let input = paths == ["-"] ? "Standard input" : "An input of several paths"
    throw CommandError.usage("\(input) can be pruned only as a source with a name: pass --source NAME.", of: command)
  }
}
