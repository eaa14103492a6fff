import ArgumentParser
import Glibc
import Reports
import StateStore
import SystemCalls
import SystemPackage

struct Init: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Create a directory of example manifests, or a place for the state.",
    discussion: """
      The manifests are commented and can be applied unchanged. Existing files are never overwritten.

      With --local, the state of everything below the working directory is kept in .berth there, instead of the user's one state \
      on this machine. With --group, the members of a group can read the state; \
      its directory becomes theirs to read, and must hold nothing else. With either, manifests are created only if a \
      path is given.
      """)

  @Argument(help: ArgumentHelp("Directory to create (default: manifests).", valueName: "path"))
  var path: String?
  @Flag(help: "Make .berth, which keeps the state of this directory tree.")
  var local = false
  @Option(help: ArgumentHelp("Let the members of this group read the state, which is made now.", valueName: "name"))
  var group: String?
  @OptionGroup var state: StateOptions
  @OptionGroup var printing: PrintOptions

  func validate() throws {
    guard path != "", path != "-" else { throw ValidationError("Name a directory.") }
    if local, state.state != nil { throw ValidationError("--local and --state name two places; pass one of them.") }
  }

  func run() async throws {
    if local || group != nil { try makePlace() }
    if let path = path ?? (local || group != nil ? nil : "manifests") { try makeManifests(at: path) }
  }

  /// Makes the place of the state, and prints its path.
  private func makePlace() throws {
    let database =
      local ? try LocalPlace.make(in: Surroundings.workingDirectory) : Surroundings.absolute(try state.place().path)
    if let group {
      guard let entry = getgrnam(group) else {
        throw CommandError.notFound("there is no group \(VisibleText.escaped(group))", hint: "see: getent group")
      }
      try StateStore.share(
        path: database, with: entry.pointee.gr_gid, beside: LocalPlace.names.union(LocalEngines.names(beside: database))
      )
    }
    printing.output.write(VisibleText.escaped(database) + "\n")
  }

  private func makeManifests(at path: String) throws {
    let files = StarterManifests.files.map { ("\(path)/\($0.name)", $0.text) }
    // All files or none: manifests mixed with foreign ones would be nobody's.
    for (file, _) in files where Surroundings.exists(file) {
      throw CommandError.system(
        "\(file) already exists; nothing was written", hint: "name another directory: berth init PATH")
    }
    do throws(SystemFailure) {
      try SystemCall.makeDirectories(path, permissions: FilePermissions(rawValue: 0o777))
      for (file, text) in files { try Self.write(text, to: file) }
    } catch {
      throw CommandError.system(
        "can't \(error.call == "write" ? "write" : "create") \(error.path ?? path): \(error.reason)",
        hint: "check the path and its permissions")
    }
    let error = printing.error
    for (file, _) in files { printing.output.write(VisibleText.escaped(file) + "\n") }
    let shown = ShellWord.path(path)
    // Without a terminal, apply requires the answer on the command line.
    let answer = isatty(0) == 1 && error.isTerminal ? "" : " --yes"
    error.write(
      VisibleText.escaped("Next: berth diff \(shown), then berth apply \(shown)\(answer) --wait") + "\n")
  }

  private static func write(_ text: String, to file: String) throws(SystemFailure) {
    try OpenedFile(
      file, .writeOnly, options: [.create, .exclusiveCreate], permissions: FilePermissions(rawValue: 0o666)
    ).writeAll(Array(text.utf8))
  }
}
