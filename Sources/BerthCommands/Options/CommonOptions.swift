import ArgumentParser
import FleetCore
import FleetModel
import PlanModel

/// Options of every command that prints.
struct PrintOptions: ParsableArguments {
  @Option(help: "When to use colors: auto (on a terminal, unless NO_COLOR is set), always, never.")
  var color: ColorChoice = .auto

  /// Standard output.
  var output: TextStream { TextStream(1, color: color, environment: .current) }
  /// Standard error.
  var error: TextStream { TextStream(2, color: color, environment: .current) }
}

/// Options that select the recorded state.
struct StateOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Path of the recorded state (default: $BERTH_STATE, else .berth/state.db here or above, else the user's one state).",
      valueName: "path"),
    completion: .file())
  var state: String?

  func validate() throws {
    if state == "" { throw ValidationError("--state needs a path.") }
  }

  /// Finds the selected state.
  func place() throws -> StatePlace { try StatePlace.find(option: state) }
}

/// Options that select manifests.
struct ManifestOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp("Directories and files of manifests; - is standard input.", valueName: "path"),
    completion: .file())
  var paths: [String] = []

  @Option(
    name: .customShort("f"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Same as a plain path.", valueName: "path"), completion: .file())
  var files: [String] = []

  /// All paths, plain ones first.
  var all: [String] { paths + files }

  /// Throws if there is no path. Called when a command runs, not when it is parsed, so that a mistyped option is
  /// reported before a missing path.
  func requirePath(for command: any ParsableCommand.Type) throws {
    guard all.isEmpty else { return }
    throw CommandError.usage("Name a directory or file of manifests, or - for standard input.", of: command)
  }

  func validate() throws {
    guard all.filter({ $0 == "-" }).count < 2 else {
      throw ValidationError("Standard input (-) can be named only once.")
    }
    guard !all.contains("") else { throw ValidationError("A path is empty.") }
  }
}

/// The source of the manifests, and its rights over recorded objects.
struct OwnershipFlags: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Source that owns the declared objects (default: named after where the manifests come from).", valueName: "name"))
  var source: String?

  @Flag(help: "Delete objects that the source owns and no longer declares, even if the input is not one directory.")
  var prune = false

  @Option(
    help: ArgumentHelp(
      "Take over declared objects that belong to other sources: all of them, or those of the named source, or the object named "
        + "as KIND/IDENTITY (repeatable).", valueName: "name"))
  var takeOwnership: [String] = []

  @Flag(help: "Accept that the directory of the source named by --source has moved.")
  var sourceMoved = false

  func validate() throws {
    if let source { try Self.check(source: source) }
    if sourceMoved, source == nil { throw ValidationError("--source-moved needs --source.") }
  }

  static func check(source: String) throws {
    let isPlain = source.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
    guard !source.isEmpty, source.utf8.count <= 4096, isPlain else {
      throw ValidationError("The name of a source has 1 to 4096 bytes, and no control characters.")
    }
    if takesAll(source) || isObject(source) {
      throw ValidationError("The name \(source) is not one of a source: to --take-ownership it means something else.")
    }
  }

  /// Whether a value of `--take-ownership` means everything.
  private static func takesAll(_ value: String) -> Bool { value == "all" }

  /// Whether a value of `--take-ownership` is the kind and identity of an object.
  private static func isObject(_ value: String) -> Bool { object(value) != nil }

  private static func object(_ value: String) -> ObjectIdentity? {
    guard let slash = value.firstIndex(of: "/"), let kind = KindWord.kind(String(value[..<slash])) else { return nil }
    return ObjectIdentity(kind: kind, path: String(value[value.index(after: slash)...]))
  }

  /// Returns a value of `--take-ownership` with the kind's own name, whichever word was used for it.
  private static func reference(_ value: String) -> String { object(value)?.reference ?? value }

  /// The objects of other sources that are taken over.
  var takeover: Takeover {
    takeOwnership.isEmpty
      ? .nothing : takeOwnership.contains(where: Self.takesAll) ? .all : .named(Set(takeOwnership.map(Self.reference)))
  }
}

/// Options of a plan that is made from manifests.
struct PlanFlags: ParsableArguments {
  @OptionGroup var ownership: OwnershipFlags

  @Flag(help: "Accept manifests that declare nothing, and delete all objects of the source.")
  var allowEmpty = false

  @Option(help: ArgumentHelp("Confirm that exactly this number of objects will be deleted.", valueName: "n"))
  var confirmPrune: Int?

  @Option(
    help: ArgumentHelp(
      "Retry FAILED deployments: all of the source, or the named one (repeatable).",
      valueName: "name"))
  var retryFailed: [String] = []
}

/// Options that limit the cost of a plan to running deployments.
struct GuardOptions: ParsableArguments {
  @Flag(help: "Refuse a plan that preempts runs.")
  var noPreempt = false

  @Option(
    help: ArgumentHelp("Refuse a plan that stops runs with more GPU-hours of work than this.", valueName: "hours"))
  var maxGpuHoursLost: Double?

  @Option(help: ArgumentHelp("Refuse a plan that stops more runs than this.", valueName: "n"))
  var maxStopped: Int?

  func validate() throws {
    if let hours = maxGpuHoursLost, !(hours >= 0 && hours.isFinite) {
      throw ValidationError("--max-gpu-hours-lost must be a number of at least 0.")
    }
    if let count = maxStopped, count < 0 { throw ValidationError("--max-stopped must be at least 0.") }
  }

  var guards: PlanGuards {
    var guards = PlanGuards()
    guards.forbidsPreemption = noPreempt
    guards.maxGPUHoursLost = maxGpuHoursLost
    guards.maxStopped = maxStopped
    return guards
  }
}

/// Options of the wait for the lock.
struct LockOptions: ParsableArguments {
  @Option(help: ArgumentHelp("How long to wait for the lock if another process holds it.", valueName: "duration"))
  var lockTimeout: DurationArgument = DurationArgument(span: .seconds(10))
}

/// A duration in the notation of manifests.
struct DurationArgument: ExpressibleByArgument, Sendable {
  var span: TimeSpan

  init(span: TimeSpan) { self.span = span }

  /// Parses `90s`, `40m`, `2h`, `1d`, `250ms`, `1h30m` or `0`.
  init?(argument: String) {
    guard let span = argument == "0" ? .zero : TimeSpan(compound: argument, inOrder: true) else { return nil }
    self.span = span
  }

  var defaultValueDescription: String { span.text }
}
