import Diagnostics
import Dispatch
import FleetCore
import FleetModel
import ManifestSources
import Manifests
import Synchronization

/// Files that were not read again must be.
struct ContentsRequired: Error {}

/// The files of a source as they were read once. They are decoded when they are compared, and only those that may differ from
/// what is recorded.
public final class ManifestFiles: Sendable {
  /// What was read.
  var reading: ManifestReading { state.withLock { $0.reading } }
  /// Which program reads them, and from where.
  let reader: String
  private let state: Mutex<State>
  private let digester = DispatchQueue(label: "berth.digests")
  /// Reads every file, with its bytes.
  private let readAgain: (@Sendable () throws -> ManifestReading)?

  private struct State {
    var reading: ManifestReading
    var whole: (desired: DesiredState, warnings: [Diagnostic])?
    var warnings: [Diagnostic] = []
    /// SHA-256 of the files, by position: of those for which it was asked.
    var digests: [Int: [UInt8]] = [:]
  }

  /// Takes files that were read.
  ///
  /// - Parameters:
  ///   - program: names the program so that another one, which might read the files otherwise, is told from it.
  ///   - readAgain: reads the same with all bytes, where some files came without theirs.
  public init(
    _ reading: ManifestReading, program: String, readAgain: (@Sendable () throws -> ManifestReading)? = nil
  ) {
    self.readAgain = readAgain
    state = Mutex(State(reading: reading))
    reader = "\(program) \(reading.base)"
  }

  /// Reads every file once more, with its bytes; throws what is thrown, if nobody knows how.
  func readAll(because error: ContentsRequired) throws {
    guard let readAgain else { throw error }
    let reading = try readAgain()
    // Digests that are being computed are those of what was read before.
    digester.sync {
      state.withLock { state in
        state.reading = reading
        state.digests = [:]
      }
    }
  }

  /// Lets go of the bytes of files whose digests are known, and of what was decoded: for one who compares no more.
  func forgetContents() {
    digester.sync {
      state.withLock { state in
        state.whole = nil
        for index in state.reading.files.indices where state.reading.files[index].digest != nil {
          state.reading.files[index].bytes = []
        }
      }
    }
  }

  /// The warnings of what was compared last.
  public var warnings: [Diagnostic] { state.withLock { $0.warnings } }

  /// Whether all of it has been decoded already.
  var isDecoded: Bool { state.withLock { $0.whole != nil } }

  /// All that the files declare, where somebody has decoded them already.
  public func take(_ desired: DesiredState, warnings: [Diagnostic]) {
    state.withLock { state in
      state.whole = (desired, warnings)
      state.warnings = warnings
    }
  }

  func note(warnings: [Diagnostic]) { state.withLock { $0.warnings = warnings } }

  /// All that the files declare: decoded once, whoever asks again.
  func whole(
    _ make: () throws -> (desired: DesiredState, warnings: [Diagnostic])
  ) rethrows -> (desired: DesiredState, warnings: [Diagnostic]) {
    if let known = state.withLock({ $0.whole }) { return known }
    let made = try make()
    state.withLock { $0.whole = made }
    return made
  }

  /// Computes digests beside what comes next, of files of which they will be asked for.
  func prepareDigests(of indices: [Int]) { digester.async { _ = self.computedDigests(of: indices) } }

  /// SHA-256 of some files, in the order in which they are named: computed once.
  func digests(of indices: [Int]) -> [[UInt8]] { digester.sync { computedDigests(of: indices) } }

  /// Several at a time.
  private func computedDigests(of indices: [Int]) -> [[UInt8]] {
    let known = state.withLock { $0.digests }
    let missing = indices.filter { known[$0] == nil }
    if missing.isEmpty { return indices.map { known[$0] ?? [] } }
    let files = reading.files
    let computed = [[UInt8]](unsafeUninitializedCapacity: missing.count) { results, count in
      // Safe: every iteration initializes its own element and no other, and all have ended when concurrentPerform returns.
      nonisolated(unsafe) let slots = results
      DispatchQueue.concurrentPerform(iterations: missing.count) { position in
        let file = files[missing[position]]
        slots.initializeElement(at: position, to: file.digest ?? MessageDigest.sha256(file.bytes))
      }
      count = missing.count
    }
    return state.withLock { state in
      for (index, digest) in zip(missing, computed) { state.digests[index] = digest }
      return indices.map { state.digests[$0] ?? [] }
    }
  }
}

/// What a watch or an apply knows of the files of its source.
struct FileTable: Sendable {
  /// As they were applied last.
  var files: SourceFiles
  /// What they vouch for in the fleet that is loaded; nil: that is not known, for another may have written since.
  var vouched: UnchangedObjects?
  /// Every file is in it: what a file declared before is known of all.
  var isComplete = false
}

/// Files that were compared, on their way into the table.
struct ComparedFiles {
  struct File {
    /// Its position among the files.
    var index: Int
    var declared: [(identity: ObjectIdentity, namesSecret: Bool)] = []
    /// What it declares, where that was recognized as what is recorded.
    var rows: [DeclaredRow]?
    /// Its objects may be vouched for from now on.
    var isPlain = true
  }
  var files: ManifestFiles
  var source: String
  /// Those that were decoded, or recognized.
  var decoded: [File]
  /// Positions of those that are as the table has them.
  var same: [Int] = []
  /// Paths that the table has and the source has no more.
  var gone: [String]
  /// What is vouched for, beside those that were decoded.
  var vouched: UnchangedObjects
  /// The others are as the table has them.
  var isPart: Bool
}

extension ManifestFile {
  /// What is decoded of it.
  var text: ManifestText { ManifestText(displayPath: displayPath, relativePath: relativePath, bytes: bytes) }
}

extension Declaration {
  /// Whether it refers to a secret.
  var namesSecret: Bool {
    switch spec {
    case .deployment(let spec): !spec.secretReferences.isEmpty
    case .user(let spec): if case .reference = spec.hashedPassword { true } else { false }
    case .organization(let spec): if case .reference = spec.inviteCode { true } else { false }
    case .cluster: false
    }
  }
}
