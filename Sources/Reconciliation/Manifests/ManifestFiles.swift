import ConcurrentMap
import Diagnostics
import Dispatch
import FleetModel
import ManifestSources
import Manifests
import Synchronization

/// The files of a source as they were read. A file is decoded when the source is compared, and only if it may differ from what
/// is recorded.
public final class ManifestFiles: Sendable {
  /// All declarations of the files, with the warnings about them.
  typealias Decoded = (desired: DesiredState, warnings: [Diagnostic])

  /// The program that reads the files, and the directory that their paths are relative to.
  let reader: String
  private let program: String
  private let state: Mutex<State>
  private let digester = DispatchQueue(label: "berth.digests")
  /// Reads every file of the source, with its bytes.
  private let readAll: (@Sendable () throws -> ManifestReading)?

  private struct State {
    var reading: ManifestReading
    var decoded: Decoded?
    /// SHA-256 of files, by position; computed on demand.
    var digests: [Int: [UInt8]] = [:]
  }

  /// Holds files that were read.
  ///
  /// - Parameters:
  ///   - program: name of this build of the program; another build may read the same files differently.
  ///   - decoded: all that the files declare, if it is known already.
  ///   - readAll: reads every file of the source, with its bytes. Required if some files came without theirs.
  public init(
    _ reading: ManifestReading, program: String,
    decoded: (desired: DesiredState, warnings: [Diagnostic])? = nil,
    readAll: (@Sendable () throws -> ManifestReading)? = nil
  ) {
    precondition(readAll != nil || !reading.lacksContents, "files without their bytes can't be compared")
    self.program = program
    self.readAll = readAll
    state = Mutex(State(reading: reading, decoded: decoded))
    reader = "\(program) \(reading.base)"
  }

  /// The files, with their bytes unless they were skipped by their stamps.
  var reading: ManifestReading { state.withLock { $0.reading } }

  /// All that the files declare; `nil` if they have not been decoded as a whole.
  var decoded: Decoded? { state.withLock { $0.decoded } }

  /// Whether some files were skipped by their stamps, and came without their bytes.
  var lacksContents: Bool { reading.lacksContents }

  /// Returns these files with the bytes of each, reading the source again if some are lacking.
  ///
  /// - Throws: the error of reading the source.
  func withContents() throws -> ManifestFiles {
    guard lacksContents, let readAll else { return self }
    return ManifestFiles(try readAll(), program: program)
  }

  /// Frees the bytes of files whose digests are known, and everything that was decoded. The files can't be compared
  /// afterwards.
  func releaseContents() {
    digester.sync {
      state.withLock { state in
        state.decoded = nil
        for index in state.reading.files.indices where state.reading.files[index].digest != nil {
          state.reading.files[index].bytes = []
        }
      }
    }
  }

  /// Returns all that the files declare, decoding it at the first call only.
  func decoded(by decode: () throws -> Decoded) rethrows -> Decoded {
    if let decoded { return decoded }
    let result = try decode()
    state.withLock { $0.decoded = result }
    return result
  }

  /// Starts to compute digests in the background.
  func prepareDigests(of indices: [Int]) { digester.async { _ = self.computedDigests(of: indices) } }

  /// Returns the SHA-256 of files, in the order of `indices`. Each is computed once.
  func digests(of indices: [Int]) -> [[UInt8]] { digester.sync { computedDigests(of: indices) } }

  /// Computes the missing digests on all cores. Runs on `digester` only.
  private func computedDigests(of indices: [Int]) -> [[UInt8]] {
    let known = state.withLock { $0.digests }
    let missing = indices.filter { known[$0] == nil }
    if missing.isEmpty { return indices.map { known[$0] ?? [] } }
    let files = reading.files
    let computed = [[UInt8]](concurrently: missing.count) { position in
      let file = files[missing[position]]
      return file.digest ?? MessageDigest.sha256(file.bytes)
    }
    return state.withLock { state in
      for (index, digest) in zip(missing, computed) { state.digests[index] = digest }
      return indices.map { state.digests[$0] ?? [] }
    }
  }
}

extension ManifestReading {
  /// Whether some files were skipped by their stamps, and came without their bytes.
  fileprivate var lacksContents: Bool { files.contains { $0.isAsBefore } }
}

extension ManifestFile {
  /// The input of the decoder.
  var text: ManifestText { ManifestText(displayPath: displayPath, relativePath: relativePath, bytes: bytes) }
}
