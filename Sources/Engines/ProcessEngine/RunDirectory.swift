import CLinux
import FleetModel
import Glibc
import SystemCalls
import SystemPackage

/// The directory of one run, open: its files as `Sources/Engines/ProcessShim/shim.h` describes them.
struct RunDirectory: ~Copyable, Sendable {
  /// Largest size of a file that a shim writes, and of `stop`.
  static let longestNote = 1 << 16
  /// Largest size of `spec`: arguments and environment are limited by the system to less.
  static let longestSpec = 1 << 24

  /// Name of the run.
  let name: RunName
  /// The open directory.
  let file: OpenedFile

  /// The descriptor of the directory.
  var descriptor: Int32 { file.descriptor.rawValue }

  /// Returns the path of one of its files, for errors.
  func path(_ name: String) -> String { "\(file.path)/\(name)" }

  /// Device and inode of the directory, and inode of its lock: what tells them from copies.
  var home: String {
    get throws(RunTrouble) {
      try troubling { () throws(SystemFailure) in
        let status = try file.status().rawValue
        let lock = try OpenedFile("lock", in: file, .readOnly).status().rawValue
        return "\(status.st_dev):\(status.st_ino):\(lock.st_ino)"
      }
    }
  }

  // MARK: Reading

  /// Returns the bytes of a file; `nil` if there is no such file. Only an ordinary file of a sensible size is read.
  func contents(of name: String, limit: Int = longestNote) throws(RunTrouble) -> [UInt8]? {
    let opened: OpenedFile?
    do throws(SystemFailure) {
      opened = try OpenedFile.ifThere(name, in: file, .readOnly)
    } catch {
      if error.code == .tooManySymbolicLinkLevels { throw .odd("\(path(name)) is a link") }
      // A socket can't be opened.
      if error.code == .noSuchAddressOrDevice { throw .odd("\(path(name)) is not an ordinary file") }
      throw .failed(error)
    }
    guard let opened else { return nil }
    let status = try troubling { () throws(SystemFailure) in try opened.status() }
    guard status.type == .regular else {
      let kind = status.type == .directory ? "a directory" : status.type == .fifo ? "a FIFO" : "not an ordinary file"
      throw .odd("\(path(name)) is \(kind)")
    }
    guard status.size <= Int64(limit) else { throw .odd("\(path(name)) has \(status.size) bytes") }
    let bytes = try troubling { () throws(SystemFailure) in try opened.readAll(limit: limit) }
    guard bytes.count <= limit else { throw .odd("\(path(name)) has more than \(limit) bytes") }
    return bytes
  }

  /// Whether there is a file of a name, whatever it is.
  func has(_ name: String) -> Bool {
    var status = stat()
    return fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0
  }

  /// Whether a shim holds the lock, asked without taking it; `nil` if there is no lock.
  func isLockHeld() throws(RunTrouble) -> Bool? {
    try troubling { () throws(SystemFailure) in
      guard let lock = try OpenedFile.ifThere("lock", in: file, .readOnly) else { return nil }
      var request = flock()
      request.l_type = Int16(F_WRLCK)
      try SystemCall.check("fcntl", lock.path) { fcntl(lock.descriptor.rawValue, berth_ofd_getlk, &request) }
      return request.l_type != Int16(F_UNLCK)
    }
  }

  /// Returns the fields of `started`; `nil` if there is no such file.
  func readStarted() throws(RunTrouble) -> (at: Instant, fields: [String: String])? {
    guard let bytes = try contents(of: "started") else { return nil }
    let fields = Self.fields(of: bytes)
    return (Instant(nanoseconds: fields["at"].flatMap { Int64($0) } ?? 0), fields)
  }

  /// Returns the end that `exit` records, and whether it is all there; `nil` if there is no such file.
  func readExit() throws(RunTrouble) -> (end: RunObservation, isComplete: Bool)? {
    guard let bytes = try contents(of: "exit") else { return nil }
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
      case "interrupted": .interrupted
      // `lost`, and a file that a power cut left incomplete.
      default: .lost
      }
    let at = Instant(nanoseconds: fields["at"].flatMap { Int64($0) } ?? 0)
    return (.ended(outcome, at: at), fields["outcome"] != nil)
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

  // MARK: Writing

  /// Makes a file by writing it under another name and renaming it, so that a reader finds all of it or nothing. It belongs
  /// to the owner of the directory, whose shim must be able to read it. Something else of that name is moved out of the way.
  func write(_ bytes: [UInt8], to name: String) throws(RunTrouble) {
    try troubling { () throws(SystemFailure) in
      let temporary = RunFiles.uniqueName(".\(name)")
      let written = try OpenedFile(
        temporary, in: file, .writeOnly, options: [.create, .exclusiveCreate], permissions: .ownerReadWrite)
      do throws(SystemFailure) {
        try written.writeAll(bytes)
        let owner = try file.status()
        if geteuid() == 0, owner.userID.rawValue != 0 {
          try SystemCall.check("fchown", written.path) {
            fchown(written.descriptor.rawValue, owner.userID.rawValue, owner.groupID.rawValue)
          }
        }
        try rename(temporary, over: name)
      } catch {
        unlinkat(descriptor, temporary, 0)
        throw error
      }
    }
  }

  private func rename(_ temporary: String, over name: String) throws(SystemFailure) {
    do throws(SystemFailure) {
      try SystemCall.check("rename", path(name)) { renameat(descriptor, temporary, descriptor, name) }
    } catch {
      guard error.code == .isDirectory else { throw error }
      let odd = RunFiles.uniqueName(".odd-\(name)")
      try SystemCall.check("rename", path(name)) { renameat(descriptor, name, descriptor, odd) }
      try SystemCall.check("rename", path(name)) { renameat(descriptor, temporary, descriptor, name) }
    }
  }
}
