import Diagnostics
import FleetModel

/// Checks documents against each other: the final state is what counts, and nothing is changed here.
struct Validator: Sendable {
  let documents: [ManifestDocument]
  let known: KnownObjects
  /// Whether there may be documents that could not be read: a name that nothing has is no mistake then, as far as anybody
  /// knows.
  let isPartlyUnknown: Bool
  /// What was found, with the number of the file.
  private(set) var findings: [(file: Int, problem: Problem)] = []

  /// The names of deployments that are declared with a mistake in what they are called by; nil: not looked for yet.
  var wrong: Set<String>?
  /// How many names of deployments were looked at for hints.
  var lookedAt = 0

  /// The first document of each identity.
  private(set) var organizations: [String: Int] = [:]
  private(set) var users: [String: Int] = [:]
  private(set) var clusters: [ClusterIdentity: Int] = [:]
  private(set) var deployments: [DeploymentIdentity: Int] = [:]
  /// The document's index among all, in the order of reading, for those that declare nothing new.
  private(set) var duplicates: Set<Int> = []
  /// The first sound document that says it had an identity before.
  private(set) var renamed: [ObjectIdentity: Int] = [:]

  /// Indexes documents; the mistakes that this shows are found as well.
  init(_ documents: [ManifestDocument], known: KnownObjects, isPartlyUnknown: Bool) {
    self.documents = documents
    self.known = known
    self.isPartlyUnknown = isPartlyUnknown
    if Parts.divides(documents.count) { deployments.reserveCapacity(documents.count) }
    for index in documents.indices {
      guard let identity = documents[index].identity else { continue }
      if documents[index].isSound, documents[index].draft.metadata.former != nil,
        let former = FormerIdentity.of(documents[index])
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

  /// Looks at each document by itself, among what is known and not among the others.
  init(each documents: [ManifestDocument], known: KnownObjects) {
    self.documents = documents
    self.known = known
    isPartlyUnknown = false
  }

  /// Every check, in the order of the kinds.
  mutating func validate() {
    checkUniqueValues()
    if !isFineInParts { checkEach(documents.indices) }
    checkRenames()
    checkCycles()
  }

  /// Whether every document passes its own checks: many are looked at on all cores, and only if something was found are they
  /// looked at again in their order, for the findings build on each other. False: nobody knows yet.
  private var isFineInParts: Bool {
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

  /// Keeps a finding.
  mutating func report(_ document: Int, _ problem: Problem) {
    findings.append((documents[document].file, problem))
  }

  /// A place in a document, as a further place of a finding.
  func related(_ message: String, _ document: Int, _ span: Span? = nil) -> Problem.Related {
    Problem.Related(message: message, span: span ?? documents[document].nameSpan, file: documents[document].file)
  }

  private static func enter<Key: Hashable>(_ key: Key, _ index: Int, _ table: inout [Key: Int]) -> Int? {
    // One search for both questions.
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
