import EngineInterface
import FleetModel
import Foundation
import Glibc
import ProcessEngine
import TestKit

/// Things that may stand where a file of a run is expected.
enum OddEntry: String, CaseIterable, Sendable, CustomStringConvertible {
  case directory, fullDirectory, danglingLink, linkToFile, fifo, socket, hugeFile, emptyFile, missing

  var description: String { rawValue }

  /// Puts the thing at a path, in place of whatever is there.
  func put(at path: String, victim: String) throws {
    if path.withCString({ lstatSucceeds($0) }) { try FileManager.default.removeItem(atPath: path) }
    switch self {
    case .directory: try check(mkdir(path, 0o700))
    case .fullDirectory:
      try check(mkdir(path, 0o700))
      try check(mkdir("\(path)/sub", 0o000))
    case .danglingLink: try check(symlink("/nowhere/at/all", path))
    case .linkToFile: try check(symlink(victim, path))
    case .fifo: try check(mkfifo(path, 0o600))
    case .socket: try bindSocket(path)
    case .hugeFile:
      let descriptor = open(path, O_WRONLY | O_CREAT, 0o600)
      defer { close(descriptor) }
      try check(ftruncate(descriptor, 300 << 20))
    case .emptyFile: try check(close(open(path, O_WRONLY | O_CREAT, 0o600)))
    case .missing: break
    }
  }

  private func lstatSucceeds(_ path: UnsafePointer<CChar>) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  private func check(_ result: Int32) throws { if result != 0 { throw FailedCall("make a \(self)") } }

  private func bindSocket(_ path: String) throws {
    let socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    // A socket's path is short: it is bound by way of its directory's descriptor.
    let directory = open((path as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY)
    defer { close(directory) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let short = "/proc/self/fd/\(directory)/\((path as NSString).lastPathComponent)"
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: short.utf8) }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try check(result)
  }
}

/// Everything below a directory: kinds, modes, sizes, times of change and contents.
func fingerprint(of directory: String) throws -> [String] {
  let names = try FileManager.default.subpathsOfDirectory(atPath: directory).sorted()
  return try ([""] + names).map { name in
    let path = "\(directory)/\(name)"
    var status = stat()
    guard lstat(path, &status) == 0 else { throw FailedCall("lstat \(path)") }
    let isFile = status.st_mode & S_IFMT == S_IFREG && status.st_size < 1 << 20
    let contents = isFile ? FileManager.default.contents(atPath: path)?.base64EncodedString() ?? "?" : ""
    return
      "\(name) \(status.st_ino) \(status.st_mode) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec) "
      + "\(status.st_ctim.tv_sec).\(status.st_ctim.tv_nsec) \(contents)"
  }
}
