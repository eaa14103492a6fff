import SystemPackage

extension FileDescriptor {
  /// Returns the next bytes, at most `count` of them; none at the end of the file.
  ///
  /// - Parameter path: the file's path, for errors.
  public func read(from path: String, upTo count: Int) throws(SystemFailure) -> [UInt8] {
    try SystemCall.typed("read", path) {
      try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        initialized = try read(into: UnsafeMutableRawBufferPointer(buffer))
      }
    }
  }

  /// Returns all bytes from the current offset on; of more than `limit` bytes, the first `limit` + 1.
  ///
  /// - Parameter path: the file's path, for errors.
  public func readAll(from path: String, limit: Int = .max) throws(SystemFailure) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count <= limit {
      // A first chunk that holds most files, then larger ones.
      let size = min(max(4096, bytes.count), 1 << 16)
      let chunk = try read(from: path, upTo: min(size - 1, limit - bytes.count) + 1)
      if chunk.isEmpty { break }
      bytes += chunk
    }
    return bytes
  }
}
