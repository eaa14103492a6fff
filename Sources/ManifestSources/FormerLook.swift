import FleetModel

/// Knowledge from an earlier look at the same source.
struct FormerLook {
  /// Files by their paths.
  let known: [String: KnownFile]
  /// Returns the digest of a file that need not be decoded again, by its path; `nil`: every file is read.
  let accepted: ((String) -> [UInt8]?)?

  /// Returns a known file that need not be read while it has its stamp; `nil` if it must be read.
  func file(_ path: String) -> KnownFile? {
    guard let accepted, let file = known[path], accepted(path) == file.digest else { return nil }
    return file
  }

  /// Computes the digest of a file that was read, and drops the bytes if that is the accepted digest.
  func settle(_ file: inout ManifestFile) {
    let digest = MessageDigest.sha256(file.bytes)
    file.digest = digest
    if let accepted, accepted(file.relativePath) == digest {
      file.bytes = []
      file.isAsBefore = true
    }
  }
}
