import CLinux
import FleetModel
import Glibc
import SystemCalls

/// The directory of one run, as `Sources/Engines/ProcessShim/shim.h` describes it. Only reads, except for `stop` and
/// what `prepare` makes.
struct RunDirectory {
  /// Name of the run.
  var name: RunName
  /// Path of the directory.
  var path: String

  init(name: RunName, runs: String) {
    self.name = name
    path = "\(runs)/\(name.text)"
  }

  /// Returns the path of one of its files.
  func file(_ file: String) -> String { "\(path)/\(file)" }

  /// State of the run according to its files.
  enum Reading: Equatable {
    /// A state that the engine can report.
    case state(RunObservation)
    /// A run without supervisor and without an end, though it began or may no longer begin: the shim must settle it.
    case unsettled
  }

  /// Reads the files in the order that `shim.h` gives, so that no moment between two steps of a shim is misread.
  func read(boot: String) throws(SystemFailure) -> Reading {
    while true {
      if let ended = try readExit() { return .state(ended) }
      guard let isHeld = try isLockHeld() else { return .state(.absent) }
      let started = try readStarted()
      if isHeld { return .state(started.map { .running(since: $0.at) } ?? .prepared) }
      if let ended = try readExit() { return .state(ended) }
      if started != nil {
        // `started` is written under the lock: if the lock was taken only after we looked, it is held now, or there is
        // an end.
        if try isLockHeld() == false, try readExit() == nil { return .unsettled }
        continue
      }
      guard let spec = try RunFiles.contents(of: file("spec")) else { return .state(.absent) }
      let isStale = SpecFile.value(of: "boot", in: spec) != boot
      let isStopped = access(file("stop"), F_OK) == 0
      return isStale || isStopped ? .unsettled : .state(.prepared)
    }
  }

  /// Whether a shim holds the lock, asked without taking it; `nil` if there is no such directory.
  private func isLockHeld() throws(SystemFailure) -> Bool? {
    guard let file = try OpenedFile.ifThere(file("lock"), .readWrite, options: .noFollow) else { return nil }
    var lock = flock()
    lock.l_type = Int16(F_WRLCK)
    try SystemCall.check("fcntl", file.path) { fcntl(file.descriptor.rawValue, berth_ofd_getlk, &lock) }
    return lock.l_type != Int16(F_UNLCK)
  }

  /// Returns the fields of `started`; `nil` if there is no such file.
  func readStarted() throws(SystemFailure) -> (at: Instant, fields: [String: String])? {
    guard let bytes = try RunFiles.contents(of: file("started")) else { return nil }
    let fields = Self.fields(of: bytes)
    return (Instant(nanoseconds: fields["at"].flatMap { Int64($0) } ?? 0), fields)
  }

  /// Returns the end that `exit` records; `nil` if there is no such file.
  private func readExit() throws(SystemFailure) -> RunObservation? {
    guard let bytes = try RunFiles.contents(of: file("exit")) else { return nil }
    let fields = Self.fields(of: bytes)
    let value = fields["value"].flatMap { Int($0) } ?? 0
    let outcome: RunOutcome =
      switch fields["outcome"] {
      case "exited": .exited(status: value)
      case "signaled": .signaled(signal: value)
      case "failedToStart": .failedToStart(fields["text"] ?? "")
      case "maxRuntimeExceeded": .maxRuntimeExceeded
      case "ramExceeded": .ramExceeded
      case "stopped": .stopped
      case "abandoned": .abandoned
      // `lost`, and a file that a power cut left incomplete.
      default: .lost
      }
    return .ended(outcome, at: Instant(nanoseconds: fields["at"].flatMap { Int64($0) } ?? 0))
  }

  /// Returns the fields of lines `KEY VALUE`.
  private static func fields(of bytes: [UInt8]) -> [String: String] {
    var fields: [String: String] = [:]
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 1)
      guard let key = parts.first else { continue }
      fields[String(decoding: key, as: UTF8.self)] = parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : ""
    }
    return fields
  }
}
