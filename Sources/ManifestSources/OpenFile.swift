import FleetModel
import Glibc
import SystemCalls

/// A file held open for reading.
struct OpenFile: ~Copyable {
  private let descriptor: CInt
  private let status: stat

  /// Takes ownership of a descriptor.
  init(_ name: String, descriptor: CInt) throws(SystemFailure) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let failure = SystemFailure.last("fstat", name)
      close(descriptor)
      throw failure
    }
    self.descriptor = descriptor
    self.status = status
  }

  deinit { close(descriptor) }

  var identity: FileIdentity { FileIdentity(status) }
  var stamp: FileStamp { FileStamp(status) }
  var kind: EntryKind { EntryKind(mode: status.st_mode) }

  /// Returns the contents; `nil` if there are more bytes than the limit. A file that keeps its size takes one system call: the
  /// buffer has room for one more byte, so that a shorter read has met the end.
  func contents(limit: Int) throws(SystemFailure) -> [UInt8]? {
    guard status.st_size <= limit else { return nil }
    var capacity = Int(status.st_size) + 1
    while true {
      var failure: SystemFailure?
      let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
        count = 0
        while count < buffer.count {
          let got = pread(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count, off_t(count))
          if got < 0 && errno == EINTR { continue }
          if got < 0 { failure = .last("read") }
          guard got > 0 else { return }
          count += got
          if count == Int(status.st_size) { return }
        }
      }
      if let failure { throw failure }
      if bytes.count < capacity { return bytes }
      guard bytes.count <= limit else { return nil }
      capacity = min(2 * capacity, limit + 1)
    }
  }
}
