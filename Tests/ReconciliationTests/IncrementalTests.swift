import EngineInterface
import FleetCore
import FleetModel
import Foundation
import Glibc
import ManifestSources
import Manifests
import PlanModel
import ReconcilerTestSupport
import StateStore
import TestKit
import Testing

@testable import Reconciliation

/// Decoding only changed files gives the same as decoding everything, whatever was edited and by whom.
@Suite struct IncrementalTests {
  @Test(arguments: 0..<UInt64(4))
  func `reading a part gives the comparison, plan and mistakes of reading everything`(quarter: UInt64) async throws {
    var (parts, recognized) = (0, 0)
    let seeds = try TestVariable("BERTH_EDITS").seeds(default: 24).filter { $0 % 4 == quarter }
    for seed in seeds {
      let times = try await equal(seed: seed)
      parts += times.part
      recognized += times.recognized
    }
    // Otherwise the test shows nothing.
    #expect(parts >= 5 * seeds.count)
    #expect(recognized >= 5 * seeds.count)
  }

  /// Returns how often a part was enough, and how often a file was recognized without notes.
  private func equal(seed: UInt64) async throws -> (part: Int, recognized: Int) {
    let installation = try TestInstallation()
    let directory = installation.directory + "/m"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    try "secret".write(toFile: directory + "/token.txt", atomically: true, encoding: .utf8)
    var manifests = EditedManifests(seed: seed)
    var numbers = SeededGenerator(seed: seed &+ 1_000_003)
    let other = OtherSource(installation)
    try await other.apply()
    var reconciler = try installation.reconciler()
    let tree = ManifestTree(paths: [directory])
    var (parts, recognized) = (0, 0)
    for _ in 0..<25 {
      for _ in 0..<1 + numbers.below(2) where numbers.below(8) > 0 { manifests.edit() }
      if numbers.below(8) == 0 { manifests.restore() }
      try write(manifests.texts, to: directory)
      let environment = manifests.environment
      installation.environment.withLock { $0 = environment }
      if numbers.below(6) == 0 { try await other.edit(&numbers) }
      // A new process, or the same one.
      if numbers.below(3) == 0 { reconciler = try installation.reconciler(pid: 2) }
      let outcome = try await reconciler.compareBothWays(directory, tree)
      try #require(
        outcome.part.text == outcome.whole.text, "seed \(seed)")
      if outcome.part.isPart { parts += 1 }
      if outcome.isRecognized { recognized += 1 }
      if numbers.below(4) > 0 { try await reconciler.carryOut(directory) }
    }
    return (parts, recognized)
  }

  /// Writes the files that differ.
  private func write(_ texts: [String: String], to directory: String) throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasSuffix(".yaml") }
    for name in names where texts[name] == nil { try FileManager.default.removeItem(atPath: directory + "/" + name) }
    for (name, text) in texts {
      let path = directory + "/" + name
      if FileManager.default.contents(atPath: path) == Data(text.utf8) { continue }
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
  }
}

/// Another source that owns a cluster and a deployment that others wait for, and sometimes takes a deployment over.
struct OtherSource {
  let installation: TestInstallation
  init(_ installation: TestInstallation) { self.installation = installation }

  private func text(mode: String, ram: Int, more: String = "") -> String {
    """
    apiVersion: berth/v1
    kind: Organization
    metadata: {name: other}
    ---
    apiVersion: berth/v1
    kind: User
    metadata: {name: olga}
    spec: {email: olga@example.org, organizations: [other]}
    ---
    apiVersion: berth/v1
    kind: Cluster
    metadata: {name: far}
    spec: {organization: other, creator: olga, capacity: {ram: \(ram)Gi, cpu: 4}}
    ---
    apiVersion: berth/v1
    kind: Deployment
    metadata: {name: x}
    spec: {cluster: other/far, user: olga, image: a, command: [x], mode: \(mode), suspend: true, resources: {ram: 1Gi, cpu: 1}}
    \(more)
    """
  }

  func apply() async throws { try await apply(text(mode: "job", ram: 4)) }

  func edit(_ numbers: inout SeededGenerator) async throws {
    var more = ""
    // It takes a deployment over, with another image.
    if numbers.below(2) == 0,
      let record = try installation.store().load().deployments.first(where: { $0.identity.cluster.name == "lab" })
    {
      more =
        "---\napiVersion: berth/v1\nkind: Deployment\nmetadata: {name: \(record.identity.name)}\n"
        + "spec: {cluster: vision/lab, user: ada, image: stolen, command: [x], suspend: true, resources: {ram: 1Gi, cpu: 1}}\n"
    }
    try await apply(text(mode: numbers.below(2) == 0 ? "job" : "service", ram: 4 + numbers.below(2), more: more))
  }

  private func apply(_ text: String) async throws {
    let reconciler = try installation.reconciler(pid: 9)
    let known = try await reconciler.knownObjects(beside: "other")
    let input = ManifestText(displayPath: "o.yaml", relativePath: "o.yaml", bytes: Array(text.utf8))
    guard case .valid(let desired, _) = ManifestReader(known: known).read([input]) else { return }
    var options = ComparisonOptions(source: "other", binding: installation.directory + "/o")
    options.takeover = .all
    do {
      _ = try await reconciler.apply(
        ApplyRequest(.declared(desired), options: options, lockTimeout: .seconds(5)), shown: nil, goal: .carriedOut,
        timeout: .seconds(5))
    } catch ReconcilerError.refused {}
  }
}

/// The results of two comparisons of the same manifests.
struct BothWays {
  var part: (text: String, isPart: Bool)
  var whole: (text: String, isPart: Bool)
  /// True if at least one file was recognized without notes, and the rest was enough.
  var isRecognized = false
}

extension Reconciler {
  private func options(_ directory: String) -> ComparisonOptions {
    ComparisonOptions(source: "default", binding: directory, confirmedDeletions: nil)
  }

  /// Compares the manifests in part and as a whole; the part both as a new process and as a running one would.
  func compareBothWays(_ directory: String, _ tree: ManifestTree) throws -> BothWays {
    _ = try load()
    let fresh = ManifestFiles(try ManifestDirectory.read([.path(directory)]), program: "test")
    let whole = try text { try compareWhole(fresh.reading, options(directory)) }
    // Without notes on the files, objects that are recorded as declared are recognized.
    let unnoted = try text {
      try compare(.files(ManifestFiles(fresh.reading, program: "test")), options(directory), nil).review
    }
    if unnoted.text != whole.text { return BothWays(part: (unnoted.text, false), whole: whole) }
    let isRecognized = unnoted.isPart
    let stored = try storedTable(of: "default")
    // Files with known stamps are not even opened, unless their contents are required.
    let stamped = try text {
      let known = try knownFiles(directory, fresh, stored)
      let reading = try ManifestDirectory.read([.path(directory)], knowing: known)
      let files = ManifestFiles(reading, program: "test") { try ManifestDirectory.read([.path(directory)]) }
      return try compare(.files(files), options(directory), stored).review
    }
    if stamped.text != whole.text { return BothWays(part: (stamped.text, false), whole: whole) }
    let part = try text { try compare(.files(fresh), options(directory), stored).review }
    guard part.text == whole.text, let table else {
      return BothWays(part: part, whole: whole, isRecognized: isRecognized)
    }
    let going = try text {
      var scope = RecheckScope()
      scope.onlyFilesChanged = true
      let accepted = table.files.files
      let reading = try tree.look { accepted[$0]?.digest }
      let files = ManifestFiles(reading, program: "test") { try tree.look(accepted: nil) }
      return try compare(.files(files), options(directory), table, scope).review
    }
    return BothWays(part: going, whole: whole, isRecognized: isRecognized)
  }

  /// The notes on files that were applied a while ago.
  private func knownFiles(_ directory: String, _ files: ManifestFiles, _ table: FileTable?) throws -> [String:
    KnownFile]
  {
    var known: [String: KnownFile] = [:]
    for file in files.reading.files {
      guard let digest = table?.files.files[file.relativePath]?.digest, digest == MessageDigest.sha256(file.bytes)
      else {
        continue
      }
      var status = stat()
      try #require(stat(directory + "/" + file.relativePath, &status) == 0)
      func nanoseconds(_ time: timespec) -> Int64 { Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec) }
      known[file.relativePath] = KnownFile(
        stamp: FileStamp(
          device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: Int64(status.st_size),
          modified: nanoseconds(status.st_mtim), changed: nanoseconds(status.st_ctim)), digest: digest)
    }
    return known
  }

  /// The comparison of everything that is declared, without the code that spares decoding.
  private func compareWhole(_ reading: ManifestReading, _ options: ComparisonOptions) throws -> InputReview {
    let known = try knownObjects(beside: options.source)
    let (desired, warnings) = try ManifestIntake.desired(reading, known: known, secrets: secrets)
    let comparison = try fleet.compare(
      desired, secrets: fleet.secrets(of: desired, options, from: secrets), options: options)
    return InputReview(comparison: comparison, declarations: desired.declarations, warnings: warnings)
  }

  private func text(_ body: () throws -> InputReview) throws -> (text: String, isPart: Bool) {
    do {
      let compared = try body()
      let (comparison, revision) = (compared.comparison, compared.comparison.revision)
      let plan = fleet.plan(comparison, now: Instant(nanoseconds: 2_000_000_000_000_000_000))
      var lines = ["\(plan)", "\(comparison.unchanged)", "\(comparison.refusals)", "\(comparison.notices)"]
      lines += comparison.changes.map { "\($0)" }
      lines += revision.declarations.map { "\($0.declaration.specText) \($0.declaration.place) \($0.forcesNewRun)" }
      lines.append("\(revision.withdrawn)")
      lines += revision.secretDigests.map { "\($0.key) \($0.value)" }.sorted()
      lines += revision.seenDigests.map { "\($0.key) \($0.value.sorted { $0.key < $1.key })" }.sorted()
      lines += revision.missingSecrets.map { "\($0.key) \($0.value)" }.sorted()
      lines += compared.warnings.map { "\($0)" }
      return (
        lines.joined(separator: "\n"),
        compared.files.map { $0.isPart || $0.decoded.contains { $0.rows != nil } } == true
      )
    } catch let error as InvalidManifests {
      return (error.diagnostics.map { "\($0)" }.joined(separator: "\n"), false)
    }
  }

  /// Carries out what the directory declares, deletions included, unless it is refused.
  func carryOut(_ directory: String) async throws {
    if !lock.isHeld { try await lock.acquire(as: holder, timeout: .seconds(5)) }
    defer { lock.release() }
    _ = try load()
    if table == nil { table = try storedTable(of: "default") }
    let files = ManifestFiles(try ManifestDirectory.read([.path(directory)]), program: "test")
    do {
      var compared = try compare(.files(files), options(directory), table).review
      compared.comparison.refusals.removeAll {
        switch $0 {
        case .deletesTooMuch: true
        default: false
        }
      }
      guard compared.comparison.refusals.isEmpty else { return }
      try await feed([.declared(compared.comparison.revision)], noting: compared.files)
    } catch is InvalidManifests {}
  }
}
