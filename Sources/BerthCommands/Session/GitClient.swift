import SystemCalls

/// The git client, where the files of a repository do not tell enough. Without one, names fall back to paths.
enum GitClient {
  /// Returns the id of the first commit of a repository: the one at which following the first parents ends. `nil` if there is
  /// none yet, no repository, or no client.
  static func firstCommit(in directory: String) -> String? {
    // Variables of a hook or another command would lead to another repository.
    var variables = Surroundings.current.all.filter { !$0.key.hasPrefix("GIT_") }
    variables["LC_ALL"] = "C"
    let arguments = ["-C", directory, "rev-list", "--max-parents=0", "--first-parent", "HEAD"]
    guard let output = ProgramOutput.of("git", arguments, environment: variables, limit: 4096) else { return nil }
    let id = String(decoding: output, as: UTF8.self).split(separator: "\n").last.map(String.init) ?? ""
    return id.count >= 40 && id.allSatisfy(\.isHexDigit) ? id : nil
  }
}
