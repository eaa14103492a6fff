import ArgumentParser
import Glibc
import SystemCalls

/// The program: parses arguments, runs a command, and returns an exit code.
public enum BerthProgram {
  /// Commands that change something that `berth get` shows.
  private static let changing: Set = ["apply", "watch", "doctor"]

  /// Runs a command line, given without the program's name.
  /// - Returns: an exit code of `ExitStatus`.
  public static func run(_ arguments: [String]) async -> Int32 {
    keepStandardStreams()
    Surroundings.openFiles.withLock { $0 = OpenFilesLimit.raise() }
    let status = await end(arguments)
    guard let lost = TextStream.lostOutput else { return status }
    let why = CommandError.system(
      "can't write standard output: \(lost)",
      hint: Self.changing.contains(arguments.first ?? "")
        ? "changes may have been made: see berth get and berth events" : "nothing was changed")
    let failed = Failure(why, of: Root.self).report(color: ArgumentSpelling.color(arguments))
    // Any other failure is more important than lost output.
    return status == ExitStatus.done.rawValue || status == ExitStatus.changes.rawValue ? failed : status
  }

  /// Opens /dev/null for standard streams that are closed. Otherwise the next opened file would get such a descriptor,
  /// and output would be written into it. Writing to these descriptors fails.
  private static func keepStandardStreams() {
    for descriptor in Int32(0)...2 where fcntl(descriptor, F_GETFD) < 0 {
      // open() returns the lowest free number, which is this one.
      _ = open("/dev/null", O_RDONLY)
    }
  }

  private static func end(_ arguments: [String]) async -> Int32 {
    // A reader that goes away (`berth get | head`) must not kill an apply: writes to it fail instead.
    signal(SIGPIPE, SIG_IGN)
    do {
      if let mistake = ArgumentSpelling.mistake(arguments, commands: Root.commandNames) {
        throw ValidationError(mistake)
      }
      var command = try Root.parseAsRoot(ArgumentSpelling.normalized(arguments))
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      return ExitStatus.done.rawValue
    } catch {
      return Failure(error, of: Root.self).report(
        color: ArgumentSpelling.color(arguments), isForShell: Completion.isAskedFor(arguments))
    }
  }
}

struct Root: AsyncParsableCommand {
  /// Date of this version.
  static let date = "2026-11-23"

  static let configuration = CommandConfiguration(
    commandName: "berth",
    abstract: "A GitOps hypervisor for machine-learning clusters.",
    discussion: """
      Manifests declare what should run. Berth compares them with what is running, shows a plan, and carries it out.

      Exit codes: 0 done, or no difference; 1 error; 2 diff --exit-code found changes; 3 not converged; \
      4 refused or locked; 64 usage; 130 interrupted.
      """,
    version: "0.1.0",
    subcommands: [],
    groupedSubcommands: [
      CommandGroup(name: "Manifests", subcommands: [Init.self, Validate.self, SchemaCommand.self, Explain.self]),
      CommandGroup(name: "Change", subcommands: [Diff.self, Apply.self, Watch.self]),
      CommandGroup(
        name: "Inspect",
        subcommands: [
          Status.self, Get.self, Describe.self, Why.self, ForecastCommand.self, Graph.self, Logs.self, Events.self,
          Simulate.self,
        ]),
      CommandGroup(
        name: "Maintain", subcommands: [Doctor.self, Backup.self, HashPassword.self, Completions.self, Manual.self]),
    ])

  /// Words that may come first on a command line.
  static var commandNames: [String] {
    ["help"]
      + (configuration.groupedSubcommands.flatMap(\.subcommands) + configuration.subcommands).map {
        $0.configuration.commandName ?? "\($0)".lowercased()
      }
  }
}
