import ArgumentParser
import FleetModel
import Reconciliation
import Reports
import StateStore

struct Doctor: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check the recorded state and compare it with the engines.",
    discussion: """
      Reports checks, findings, and advice. Exits with 1 if there are problems that were not repaired.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  @Option(name: .shortAndLong, help: "Output format: text, json.")
  var output: Format = .text
  @Flag(help: "Make safe repairs and report them. Takes the lock.")
  var fix = false
  @OptionGroup var lock: LockOptions
  @OptionGroup var state: StateOptions
  @OptionGroup var printing: PrintOptions

  func run() async throws {
    let store = try open()
    let engines = try LocalEngines(store, fix ? .settling : .reading)
    let held = StateLock(store)
    if fix { try await held.acquire(as: StateSession.holder("berth doctor --fix"), timeout: lock.lockTimeout.span) }
    defer { held.release() }
    let out = printing.output
    let examination = try await Examination(store, engines: engines, host: Surroundings.host, holdsLock: held.isHeld)
    if output == .text {
      for check in examination.checks {
        out.write(out.palette.paint("checked", .faint) + "  " + VisibleText.escaped(check) + "\n")
      }
      for finding in examination.findings { out.write(finding.text(out.palette)) }
    }
    var left = examination.problems.count
    var repairs: [Int: DoctorRepairs.Result] = [:]
    if fix {
      let doctor = DoctorRepairs(store: store, engines: engines, time: SystemTime())
      for (index, finding) in examination.findings.enumerated() where finding.weight == .problem {
        guard let result = try await doctor.repair(finding) else { continue }
        if case .made = result { left -= 1 }
        repairs[index] = result
        if output == .text { out.write(Self.text(result, out.palette)) }
      }
    }
    if fix { try store.closeLog() }
    switch output {
    case .text: out.write(out.palette.paint(Self.verdict(examination, left: left, fix: fix), .strong) + "\n")
    case .json: out.write(Self.json(examination, repairs: repairs, left: left).text() + "\n")
    }
    if left > 0 { throw ExitStatus.failed }
  }

  /// Opens the state. Only a repair takes one whose log was left behind, and says so.
  private func open() throws -> StateStore {
    let place = try state.place()
    StateNotes.tell(of: place)
    do throws(StateError) {
      return try StateStore.open(path: place.path, mode: fix ? .existing : .readOnly)
    } catch {
      switch error {
      case .damaged(let failure):
        throw CommandError.notFound(
          "the state at \(place.path) is damaged: \(failure)",
          hint: "keep a copy of the file; restore a backup, or move the file away and apply again")
      case .logLeftBehind:
        if !fix { throw error }
      default: throw error
      }
    }
    let stream = printing.error
    stream.write(stream.note("the state is taken as its file is; commits that were in its log are lost"))
    return try StateStore.open(path: place.path, mode: .existing, acceptsLostLog: true)
  }

  /// The whole examination as one JSON object.
  /// - Parameter repairs: repairs that were tried, by index of their finding.
  static func json(_ examination: Examination, repairs: [Int: DoctorRepairs.Result], left: Int) -> JSONValue {
    .object([
      .init("checked", .array(examination.checks.map(JSONValue.string))),
      .init(
        "findings",
        .array(
          examination.findings.enumerated().map { index, finding in
            .object(
              [
                .init("weight", .string(finding.weight == .problem ? "problem" : "note")),
                .init("message", .string(finding.text)), .init("advice", .string(finding.advice)),
                .init("repairable", .bool(finding.repair != nil)),
              ] + Self.fields(repairs[index]))
          })),
      .init("problems", .integer(Int64(examination.problems.count))),
      .init("left", .integer(Int64(left))),
    ])
  }

  private static func fields(_ result: DoctorRepairs.Result?) -> [JSONValue.Field] {
    let (made, failed): (String?, String?) =
      switch result {
      case .made(let text): (text, nil)
      case .failed(let why): (nil, why)
      case nil: (nil, nil)
      }
    return [
      .init("repaired", made.map(JSONValue.string) ?? .null),
      .init("repairFailed", failed.map(JSONValue.string) ?? .null),
    ]
  }

  private static func text(_ result: DoctorRepairs.Result, _ palette: Palette) -> String {
    switch result {
    case .made(let text): palette.paint("fixed", .added) + "    \(VisibleText.escaped(text))\n"
    case .failed(let why): palette.paint("left", .error) + "     \(VisibleText.escaped(why))\n"
    }
  }

  /// The final sentence.
  static func verdict(_ examination: Examination, left: Int, fix: Bool) -> String {
    func problems(_ count: Int) -> String { count == 1 ? "1 problem" : "\(count) problems" }
    let found = examination.problems.count
    if found == 0 { return "No problems found." }
    if fix { return left == 0 ? "Repaired \(problems(found))." : "Repaired \(found - left) of \(problems(found))." }
    let repairable = examination.problems.count { $0.repair != nil }
    let offer =
      repairable == 0
      ? ""
      : "; berth doctor --fix repairs \(repairable == found ? (found == 1 ? "it" : "them") : "\(repairable) of them")"
    return "Found \(problems(found))\(offer)."
  }
}
