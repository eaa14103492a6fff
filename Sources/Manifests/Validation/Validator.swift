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
    report(
      index,
      Problem(
        code: .duplicateIdentity, message: "\(identity.text) is declared twice", span: documents[index].nameSpan,
        related: [related("first declared here", first)], hint: "delete one of the two, or give it another name"))
  }
}
