import SystemCalls
import SystemPackage

/// The `.berth` directory, which keeps the state of a directory tree: `berth init --local` makes it.
enum LocalPlace {
  /// Name of the file that says that the directory was chosen. Earlier versions of Berth made `.berth` by themselves.
  private static let mark = "local"
  /// Name of the file that keeps the directory out of git.
  private static let ignoreFile = ".gitignore"
  /// Names of the files beside the state.
  static let names: Set = [mark, ignoreFile]

  /// Makes the directory in another one, unless it is there.
  ///
  /// - Returns: the path of its database.
  static func make(in parent: String) throws -> String {
    let directory = FilePath(parent).appending(StatePlace.localDirectory)
    do throws(SystemFailure) {
      try SystemCall.makeDirectories(directory.string, permissions: .ownerReadWriteExecute)
    } catch {
      throw CommandError.system(
        "can't make \(directory.string): \(error.reason)", hint: "check the rights to its directory")
    }
    try keepOutOfGit(directory.string)
    _ = try write("This directory keeps the state of the directory tree above.\n", to: directory.appending(mark).string)
    return directory.appending(StatePlace.database).string
  }

  /// Marks the directory as chosen, and tells once that a state is used which an earlier version has put there.
  ///
  /// - Parameter isNew: whether the state has just been made, so that there is nothing to tell.
  static func settle(beside database: String, isNew: Bool) throws {
    let directory = FilePath(database).removingLastComponent()
    let wasMarked = try !write("", to: directory.appending(mark).string)
    if !isNew, !wasMarked { StateNotes.tellOfFormer() }
  }

  /// Creates a `.gitignore` in the directory, once: it usually lies in the repository of the manifests, and holds secrets that
  /// must not be committed.
  static func keepOutOfGit(_ directory: String) throws {
    _ = try write("*\n", to: FilePath(directory).appending(ignoreFile).string)
  }

  /// Writes a file.
  ///
  /// - Returns: `false` if it is there already.
  private static func write(_ text: String, to file: String) throws -> Bool {
    do throws(SystemFailure) {
      try OpenedFile(
        file, .writeOnly, options: [.create, .exclusiveCreate], permissions: FilePermissions(rawValue: 0o644)
      ).writeAll(Array(text.utf8))
      return true
    } catch {
      if error.code == .fileExists { return false }
      throw error.call == "write"
        ? CommandError.system("can't write \(file)", hint: "check that there is room on the disk")
        : .system("can't make \(file): \(error.reason)", hint: "check the rights to its directory")
    }
  }
}
