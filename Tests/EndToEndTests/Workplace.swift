import FleetModel
import Foundation
import Glibc
import StateStore
import Testing

/// A temporary directory with manifests, a recorded state and the runs of one test. What still runs when it goes is
/// killed, by the pids that the runs themselves have named.
final class Workplace {
  let root: String
  private var programs = 0

  /// `berth` as this build has made it: beside the tests.
  static let berth: String = {
    let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    return tests.deletingLastPathComponent().appending(path: "berth").path
  }()

  init() throws {
    var template = Array("\(NSTemporaryDirectory())berth-e2e-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw SystemFailure(call: "mkdtemp", code: errno) }
    root = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    for name in ["manifests", "out"] {
      try FileManager.default.createDirectory(atPath: "\(root)/\(name)", withIntermediateDirectories: true)
    }
  }

  deinit {
    endRuns()
    try? FileManager.default.removeItem(atPath: root)
  }

  /// The directory of the manifests.
  var manifests: String { "\(root)/manifests" }
  /// Where commands of runs leave what they have to tell.
  var out: String { "\(root)/out" }
  /// The recorded state.
  var state: String { "\(root)/state/state.db" }

  /// Writes a file of manifests; nil: removes it.
  func write(_ text: String?, to name: String = "fleet.yaml") throws {
    let path = "\(manifests)/\(name)"
    guard let text else { return try FileManager.default.removeItem(atPath: path) }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }

  /// Lines that runs have left in a file; none while it is not there.
  func lines(of name: String) -> [String] {
    guard let text = try? String(contentsOfFile: "\(out)/\(name)", encoding: .utf8) else { return [] }
    return text.split(separator: "\n").map(String.init)
  }

  // MARK: The program

  /// Starts a command of berth on this state.
  func start(_ arguments: [String]) throws -> RunningProgram {
    programs += 1
    return try RunningProgram(
      Workplace.berth, arguments + ["--state", state], files: "\(root)/berth-\(programs)")
  }

  /// Runs a command of berth on this state to its end.
  func berth(_ arguments: String...) throws -> RunningProgram.Result { try start(arguments).wait() }

  /// Runs a command line of berth as it is to its end, with a text on standard input.
  func bare(_ arguments: String..., input: String = "") throws -> RunningProgram.Result {
    programs += 1
    let files = "\(root)/berth-\(programs)"
    try input.write(toFile: files + ".in", atomically: true, encoding: .utf8)
    return try RunningProgram(Workplace.berth, arguments, files: files, input: files + ".in").wait()
  }

  /// Runs a command line of bash to its end, in which `$0` is berth.
  func shell(_ line: String) throws -> RunningProgram.Result {
    programs += 1
    return try RunningProgram("/bin/bash", ["-c", line, Workplace.berth], files: "\(root)/berth-\(programs)").wait()
  }

  /// Runs `apply` on the manifests to its end.
  func apply(_ options: String...) throws -> RunningProgram.Result {
    try start(["apply", manifests, "--yes"] + options).wait()
  }

  /// Waits for something that other processes bring about. The limit is a last resort against hanging for ever.
  func wait(until what: String, _ condition: () throws -> Bool) throws {
    for _ in 0..<12_000 {
      if try condition() { return }
      usleep(10_000)
    }
    throw Impatience(what: what)
  }

  // MARK: What came of it

  /// Opens the recorded state for reading.
  func store() throws -> StateStore { try StateStore.open(path: state, mode: .readOnly) }

  /// How a deployment's runs have ended, the first one first.
  func runs(of name: String) throws -> [RunRecord] {
    let cluster = ClusterIdentity(organization: Fleet.organization, name: Fleet.clusterName)
    return try store().runs(of: DeploymentIdentity(cluster: cluster, name: name)).reversed()
  }

  /// Where the process engine keeps a directory a run.
  var runDirectories: [String] {
    let runs = "\(root)/state/runs"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: runs)) ?? []
    return names.filter { !$0.hasPrefix(".") }.sorted().map { "\(runs)/\($0)" }
  }

  /// What a run's shim has written when it began, by key; nil: it has not.
  static func started(_ directory: String) -> [String: String]? {
    guard let text = try? String(contentsOfFile: "\(directory)/started", encoding: .utf8) else { return nil }
    let pairs = text.split(separator: "\n").map { $0.split(separator: " ", maxSplits: 1).map(String.init) }
    return Dictionary(pairs.filter { $0.count == 2 }.map { ($0[0], $0[1]) }) { first, _ in first }
  }

  /// Whether somebody holds a lock on a file. Asks without taking it.
  static func isLocked(_ path: String) -> Bool {
    let descriptor = open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var lock = flock()
    lock.l_type = Int16(F_WRLCK)
    return fcntl(descriptor, F_GETLK, &lock) == 0 && lock.l_type != Int16(F_UNLCK)
  }

  /// Kills every process of this place, all of them in one moment as far as any of them can see, as when a machine goes
  /// down: each is halted before the first is killed, or a shim would live to see its job killed and record that end.
  func endRuns() {
    var told: Set<pid_t> = []
    while true {
      let running = processes().filter { pid in
        // What waits within the kernel stops before it goes on, once it has been told to.
        guard let state = Self.state(of: pid) else { return false }
        return !"TtZX".contains(state) && !(state == "D" && told.contains(pid))
      }
      if running.isEmpty { break }
      for pid in running {
        kill(pid, SIGSTOP)
        told.insert(pid)
      }
      usleep(1000)
    }
    while true {
      let left = processes()
      if left.isEmpty { return }
      for pid in left { kill(pid, SIGKILL) }
      usleep(1000)
    }
  }

  /// Makes all that runs have left on the disk look as if another boot had written it.
  func forgetBoot() throws {
    let boot = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8).filter { $0 != "\n" }
    let other = String(boot.reversed())
    for directory in runDirectories {
      for file in ["spec", "started"] {
        guard let bytes = FileManager.default.contents(atPath: "\(directory)/\(file)") else { continue }
        let text = String(decoding: bytes, as: UTF8.self).replacing(boot, with: other)
        try Data(text.utf8).write(to: URL(filePath: "\(directory)/\(file)"))
      }
    }
  }

  /// The processes of this place: shims and `berth` name the directory in their arguments, and what a run consists of in
  /// its environment. No other process has ever heard of the directory.
  private func processes() -> [pid_t] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { pid_t($0) }.filter { $0 != getpid() && belongs($0) }
  }

  /// What a process is doing, as the letter of proc(5); nil: it is gone.
  private static func state(of pid: pid_t) -> Character? {
    guard let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/stat") else { return nil }
    // After the name, which may hold anything.
    let text = String(decoding: bytes, as: UTF8.self)
    return text.lastIndex(of: ")").flatMap { text[text.index(after: $0)...].first { $0 != " " } }
  }

  private func belongs(_ pid: pid_t) -> Bool {
    for file in ["cmdline", "environ"] {
      guard let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/\(file)") else { continue }
      if String(decoding: bytes, as: UTF8.self).contains("\(root)/") { return true }
    }
    return false
  }
}

/// Something that should have come about did not.
struct Impatience: Error, CustomStringConvertible {
  var what: String
  var description: String { "waited in vain until \(what)" }
}
