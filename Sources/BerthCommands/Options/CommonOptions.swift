import ArgumentParser
import FleetModel
import PlanModel

/// Options of every command that prints.
struct PrintOptions: ParsableArguments {
  @Option(help: "When to colour: auto (a terminal, and NO_COLOR is not set), always, never.")
  var color: ColorChoice = .auto

  /// Standard output.
  var output: TextStream { TextStream(1, color: color, environment: .current) }
  /// Standard error.
  var error: TextStream { TextStream(2, color: color, environment: .current) }
}

/// Options that select the recorded state.
struct StateOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The recorded state (default: $BERTH_STATE, or .berth/state.db).", valueName: "path"),
    completion: .file())
  var state: String?

  func validate() throws {
    if state == "" { throw ValidationError("--state needs a path.") }
  }

  /// The selected path.
  var path: String {
    state ?? Surroundings.current["BERTH_STATE"].flatMap { $0.isEmpty ? nil : $0 } ?? ".berth/state.db"
  }
}

/// Options that select manifests.
struct ManifestOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp("Directories and files of manifests; - is standard input.", valueName: "path"),
    completion: .file())
  var paths: [String] = []

  @Option(
    name: .customShort("f"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("The same as a plain path.", valueName: "path"), completion: .file())
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
    guard all.filter({ $0 == "-" }).count < 2 else { throw ValidationError("Standard input can be read only once.") }
    guard !all.contains("") else { throw ValidationError("A path is empty.") }
  }
}

/// The source of the manifests, and its rights over recorded objects.
struct OwnershipFlags: ParsableArguments {
  @Option(help: ArgumentHelp("The source that owns what the manifests declare.", valueName: "name"))
  var source = "default"

  @Flag(help: "Delete what the source owns and does not declare any more, even if the input is not one directory.")
  var prune = false

  @Flag(help: "Take over what belongs to another source.")
  var takeOwnership = false

  func validate() throws { try Self.check(source: source) }

  static func check(source: String) throws {
    let allowed = source.unicodeScalars.allSatisfy { scalar in
      scalar.isASCII
        && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "-_./".unicodeScalars.contains(scalar))
    }
    guard !source.isEmpty, source.utf8.count <= 253, allowed else {
      throw ValidationError("A source's name is made of letters, digits, - _ . and /.")
    }
  }
}

/// Options of a plan that is made from manifests.
struct PlanFlags: ParsableArguments {
  @OptionGroup var ownership: OwnershipFlags

  @Flag(help: "Accept a source that declares nothing, and delete all that it owns.")
  var allowEmpty = false

  @Option(help: ArgumentHelp("Accept exactly so many deletions.", valueName: "n"))
  var confirmPrune: Int?

  @Option(
    help: ArgumentHelp(
      "Run FAILED deployments again: all of the source without a value, or the one named (repeatable).",
      valueName: "name"))
  var retryFailed: [String] = []
}

/// Options that limit the cost of a plan to running deployments.
struct GuardOptions: ParsableArguments {
  @Flag(help: "Refuse a plan that preempts anything.")
  var noPreempt = false

  @Option(
    help: ArgumentHelp("Refuse a plan that loses more GPU-hours of work by stopping runs.", valueName: "hours"))
  var maxGpuHoursLost: Double?

  @Option(help: ArgumentHelp("Refuse a plan that stops more runs.", valueName: "n"))
  var maxStopped: Int?

  func validate() throws {
    if let hours = maxGpuHoursLost, !(hours >= 0 && hours.isFinite) {
      throw ValidationError("--max-gpu-hours-lost is a number from 0 up.")
    }
    if let count = maxStopped, count < 0 { throw ValidationError("--max-stopped is a number from 0 up.") }
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
  @Option(help: ArgumentHelp("How long to wait while another works on the state.", valueName: "duration"))
  var lockTimeout: DurationArgument = DurationArgument(span: .seconds(10))
}

/// A duration in the notation of manifests.
struct DurationArgument: ExpressibleByArgument, Sendable {
  var span: TimeSpan

  init(span: TimeSpan) { self.span = span }

  /// Parses `90s`, `40m`, `2h`, `1d`, `250ms`, `1h30m` or `0`.
  init?(argument: String) {
    if argument == "0" {
      span = .zero
      return
    }
    var rest = argument.utf8[...]
    var total: Int64 = 0
    var bound = Int64.max
    while !rest.isEmpty {
      let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
      rest = rest.dropFirst(unit.count)
      guard let number = Int64(String(Substring(digits))),
        let size = TimeSpan.units.first(where: { $0.name == String(Substring(unit)) })?.nanoseconds, size < bound
      else { return nil }
      bound = size
      let (part, tooLong) = number.multipliedReportingOverflow(by: size)
      let (sum, overflow) = total.addingReportingOverflow(part)
      guard !tooLong, !overflow else { return nil }
      total = sum
    }
    guard !argument.isEmpty else { return nil }
    span = TimeSpan(nanoseconds: total)
  }

  var defaultValueDescription: String { span.text }
}
