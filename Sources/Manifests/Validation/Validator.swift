import Diagnostics
import FleetModel

/// Checks documents against each other. Only the final state counts, and nothing is changed here.
struct Validator: Sendable {
  let documents: [ManifestDocument]
  let known: KnownObjects
  /// Whether some documents could not be read. An unknown name may then be declared there and is not reported.
  let isPartlyUnknown: Bool
  /// Problems found so far, each with the index of its file.
  private(set) var findings: [(file: Int, problem: Problem)] = []
  /// Number of problems of each file that are counted but not described, because too many others precede them.
  private(set) var uncountedFindings: [Int: Int] = [:]
  /// Number of problems that each file has of a code, for codes that occur once for each document.
  private var counts: [FileCode: Int] = [:]
  /// The finding that reports each object that does not exist, and the number of references to it.
  private var missing: [ObjectIdentity: (finding: Int, count: Int)] = [:]
  /// Number of references to a missing object that are shown beside the first.
  private static let shownReferences = 3

  /// Names of deployments whose own identity is wrong; `nil` until computed.
  var misdeclared: Set<String>?
  /// Number of deployment names scanned for hints so far.
  var scannedNames = 0

  /// Index of the first document of each identity.
  private(set) var organizations: [String: Int] = [:]
  private(set) var users: [String: Int] = [:]
  private(set) var clusters: [ClusterIdentity: Int] = [:]
  private(set) var deployments: [DeploymentIdentity: Int] = [:]
  /// Indices of the documents that repeat an earlier identity.
  private(set) var duplicates: Set<Int> = []
  /// Index of the first sound document that states this former identity.
  private(set) var renamed: [ObjectIdentity: Int] = [:]

  /// Indexes documents and reports duplicate identities.
  init(_ documents: [ManifestDocument], known: KnownObjects, isPartlyUnknown: Bool) {
    self.documents = documents
    self.known = known
    self.isPartlyUnknown = isPartlyUnknown
    if Parts.divides(documents.count) { deployments.reserveCapacity(documents.count) }
    for index in documents.indices {
      guard let identity = documents[index].identity else { continue }
      if documents[index].isSound, documents[index].draft.metadata.former != nil,
        let former = documents[index].formerIdentity
      {
        _ = Validator.enter(former, index, &renamed)
      }
      let first: Int?
      switch identity {
      case .organization(let name): first = Validator.enter(name, index, &organizations)
      case .user(let name): first = Validator.enter(name, index, &users)
      case .cluster(let name): first = Validator.enter(name, index, &clusters)
      case .deployment(let name): first = Validator.enter(name, index, &deployments)
      }
      if let first {
        duplicates.insert(index)
        reportDuplicate(index, first: first, identity)
      }
    }
  }

  /// Creates a validator that checks each document by itself, against known objects but not against the other
  /// documents.
  init(each documents: [ManifestDocument], known: KnownObjects) {
    self.documents = documents
    self.known = known
    isPartlyUnknown = false
  }

  /// Runs every check, in the order of the kinds.
  mutating func validate() {
    checkUniqueValues()
    if !passesInParallel { checkEach(documents.indices) }
    checkRenames()
    checkCycles()
    countReferences()
  }

  /// Whether every document passes its own checks. Many documents are checked in parallel; if anything is found, they
  /// are checked again in order, because findings build on each other. False also means "not known".
  private var passesInParallel: Bool {
    guard Parts.divides(documents.count) else { return false }
    let results = Parts.map(documents.count) { part in
      var validator = self
      validator.checkEach(part)
      return validator.findings.count == findings.count
    }
    return results.allSatisfy { $0 }
  }

  private mutating func checkEach(_ indices: Range<Int>) {
    for index in indices where documents[index].isSound && !duplicates.contains(index) {
      switch documents[index].spec {
      case .none, .organization: break
      case .user(let spec): checkUser(index, spec.value)
      case .cluster(let spec): checkCluster(index, spec.value)
      case .deployment(let spec): checkDeployment(index, spec.value)
      }
    }
  }

  /// Records a finding.
  mutating func report(_ document: Int, _ problem: Problem) {
    findings.append((documents[document].file, problem))
  }

  /// A code within one file.
  private struct FileCode: Hashable {
    var file: Int
    var code: DiagnosticCode
  }

  /// Whether one more problem of a code should be described; otherwise it is only counted. To be used for errors that are
  /// found in the order of their places: those of a file that are left out could never be among the first, which are shown.
  mutating func describes(_ code: DiagnosticCode, in document: Int) -> Bool {
    let key = FileCode(file: documents[document].file, code: code)
    let count = counts[key, default: 0]
    counts[key] = count + 1
    if count <= ManifestLimits.shownProblems { return true }
    uncountedFindings[key.file, default: 0] += 1
    return false
  }

  /// Reports an object that does not exist, where it is first named. Every further reference is counted, and the first of them
  /// are shown.
  mutating func reportMissing(
    _ identity: ObjectIdentity, _ document: Int, at span: Span, _ problem: (inout Validator) -> Problem
  ) {
    if let (finding, count) = missing[identity] {
      missing[identity] = (finding, count + 1)
      if count <= Self.shownReferences {
        findings[finding].problem.related.append(related("also named here", document, span))
      }
      return
    }
    guard describes(.unknownReference, in: document) else { return }
    missing[identity] = (findings.count, 1)
    let problem = problem(&self)
    report(document, problem)
  }

  /// Adds to each missing object how often it is named.
  private mutating func countReferences() {
    for (identity, reference) in missing where reference.count > 1 {
      findings[reference.finding].problem.message =
        "there is no \(identity.text), which is named \(reference.count) times"
    }
  }

  /// Returns a place in a document as a related place of a finding.
  func related(_ message: String, _ document: Int, _ span: Span? = nil) -> Problem.Related {
    Problem.Related(message: message, span: span ?? documents[document].nameSpan, file: documents[document].file)
  }

  private static func enter<Key: Hashable>(_ key: Key, _ index: Int, _ table: inout [Key: Int]) -> Int? {
    // A single lookup answers both questions.
    func enter(_ first: inout Int?) -> Int? {
      if first != nil { return first }
      first = index
      return nil
    }
    return enter(&table[key])
  }

  private mutating func reportDuplicate(_ index: Int, first: Int, _ identity: ObjectIdentity) {
    guard describes(.duplicateIdentity, in: index) else { return }
    report(
      index,
      Problem(
        code: .duplicateIdentity, message: "\(identity.text) is declared twice", span: documents[index].nameSpan,
        related: [related("first declared here", first)], hint: "delete one of the two, or give it another name"))
  }
}
