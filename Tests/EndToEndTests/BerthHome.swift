import FleetModel
import Foundation
import Glibc
import StateStore
import TestKit
import Testing

/// A temporary home of the program: manifests, a recorded state and the runs of one test. Runs that are still alive at its
/// end are killed.
final class BerthHome {
  private let directory: TemporaryDirectory
  private var programs = 0

  /// The path of this build's `berth`.
  static let berth = "\(Repository.programs)/berth"

  init() throws {
    directory = try TemporaryDirectory("e2e")
    for name in ["manifests", "out"] {
      try FileManager.default.createDirectory(atPath: "\(root)/\(name)", withIntermediateDirectories: true)
    }
  }

  deinit { endRuns() }

  /// The directory itself.
  var root: String { directory.path }
  /// The directory of the manifests.
  var manifests: String { "\(root)/manifests" }
  /// The directory in which the commands of runs leave their output.
  var out: String { "\(root)/out" }
  /// The recorded state.
  var state: String { "\(root)/state/state.db" }

  /// Writes a file of manifests, or removes it if the text is `nil`.
  func write(_ text: String?, to name: String = "fleet.yaml") throws {
    let path = "\(manifests)/\(name)"
    guard let text else { return try FileManager.default.removeItem(atPath: path) }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }

  /// Lines that runs have left in a file; empty as long as it is missing.
  func lines(of name: String) -> [String] {
    guard let text = try? String(contentsOfFile: "\(out)/\(name)", encoding: .utf8) else { return [] }
    return text.split(separator: "\n").map(String.init)
  }

  // MARK: The program

  /// Starts a command of berth on this state.
  func start(_ arguments: [String]) throws -> RunningProgram {
    programs += 1
    return try RunningProgram(
      BerthHome.berth, arguments + ["--state", state], files: "\(root)/berth-\(programs)")
  }

  /// Runs a command of berth on this state to its end.
  func berth(_ arguments: String...) throws -> RunningProgram.Result { try start(arguments).wait() }

  /// Runs a command line of berth as it is to its end, with a text on standard input.
  func bare(_ arguments: String..., input: String = "") throws -> RunningProgram.Result {
    programs += 1
    let files = "\(root)/berth-\(programs)"
    try input.write(toFile: files + ".in", atomically: true, encoding: .utf8)
    return try RunningProgram(BerthHome.berth, arguments, files: files, input: files + ".in").wait()
  }

  /// Runs a command line of bash to its end, in which `$0` is berth.
  func shell(_ line: String) throws -> RunningProgram.Result {
    programs += 1
    return try RunningProgram("/bin/bash", ["-c", line, BerthHome.berth], files: "\(root)/berth-\(programs)").wait()
  }

  /// Runs `apply` on the manifests to its end.
  func apply(_ options: String...) throws -> RunningProgram.Result {
    try start(["apply", manifests, "--yes"] + options).wait()
  }

  /// Waits until a condition holds that other processes bring about. The limit of two minutes keeps a broken test from hanging.
  func wait(until what: String, _ condition: () throws -> Bool) throws {
    for _ in 0..<12_000 {
      if try condition() { return }
      usleep(10_000)
    }
    throw WaitTimeout(what: what)
  }

  // MARK: Results

  /// Opens the recorded state for reading.
  func store() throws -> StateStore { try StateStore.open(path: state, mode: .readOnly) }

  /// The recorded runs of a deployment, oldest first.
  func runs(of name: String) throws -> [RunRecord] {
    let cluster = ClusterIdentity(organization: LabManifests.organization, name: LabManifests.clusterName)
    return try store().runs(of: DeploymentIdentity(cluster: cluster, name: name)).reversed()
  }

  /// The process engine's directories, one for each run.
  var runDirectories: [String] {
    let runs = "\(root)/state/runs"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: runs)) ?? []
    return names.filter { !$0.hasPrefix(".") }.sorted().map { "\(runs)/\($0)" }
  }

  /// Values that a run's shim wrote when it began, by key; `nil` if it has not begun.
  static func started(_ directory: String) -> [String: String]? {
    guard let text = try? String(contentsOfFile: "\(directory)/started", encoding: .utf8) else { return nil }
    let pairs = text.split(separator: "\n").map { $0.split(separator: " ", maxSplits: 1).map(String.init) }
    return Dictionary(pairs.filter { $0.count == 2 }.map { ($0[0], $0[1]) }) { first, _ in first }
  }

  /// True if a process holds a lock on a file. Asks without taking it.
  static func isLocked(_ path: String) -> Bool {
    let descriptor = open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var lock = flock()
    lock.l_type = Int16(F_WRLCK)
    return fcntl(descriptor, F_GETLK, &lock) == 0 && lock.l_type != Int16(F_UNLCK)
  }

  /// Kills every process of this home at one moment, as a machine that goes down does.
  func endRuns() { RelatedProcesses(of: root).kill() }

  /// Changes the files that runs have left so that another boot seems to have written them.
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
}

/// A condition that did not come true in time.
struct WaitTimeout: Error, CustomStringConvertible {
  var what: String
  var description: String { "waited in vain until \(what)" }
}
