import FleetModel

/// Decoded files that have not been validated yet.
public struct DecodedManifests: Sendable {
  /// The files by their position in the input that they are to be read with.
  var files: [Int: DecodedFile]

  /// Creates an empty set.
  public init() { files = [:] }

  /// Returns the same files at new positions; those without a new position are left out.
  public func moved(_ position: (Int) -> Int?) -> DecodedManifests {
    var moved = DecodedManifests()
    for (former, file) in files { if let now = position(former) { moved.files[now] = file } }
    return moved
  }
}

/// A lookup of recorded deployments; called by several threads at a time.
public protocol DeploymentRecognizer: Sendable {
  /// Returns the row of the deployment that is recorded under this identity if its recorded text is exactly what is
  /// declared; otherwise `nil`.
  ///
  /// - Parameter hint: the value left there by the previous lookup, 0 at first. Neighbors in a file are usually
  ///   neighbors in the state.
  /// - Parameter isDeclared: tells whether a recorded text says exactly what is declared.
  func row(
    of identity: DeploymentIdentity, namesSecret: Bool, hint: inout Int, isDeclared: (String) -> Bool
  ) -> DeclaredRow?
}

extension ManifestReader {
  /// Decodes files and drops those that declare nothing new: files with only deployments that are recorded as
  /// declared and agree with the known objects, as if they were validated together with all of them.
  ///
  /// A kept file is not validated; `readPart` does that. A caller that drops a file must ensure that the known
  /// objects of its own source are still declared, and that no two files declare the same object.
  ///
  /// - Returns: the decoded files that were kept, by position; and for each position the rows of a dropped file, in
  ///   its order.
  public func recognize(
    _ inputs: [ManifestText], by recognizer: some DeploymentRecognizer
  ) -> (kept: DecodedManifests, rows: [[DeclaredRow]?]) {
    let beside = known
    let results = ManifestReader.forEach(inputs) { index -> (DecodedFile?, [DeclaredRow]?) in
      let file = ManifestReader.decode(inputs[index], number: index)
      guard file.problems.isEmpty, !file.isPartlyUnknown, !file.documents.isEmpty else { return (file, nil) }
      var validator = Validator(each: file.documents, known: beside)
      return validator.rows(recognizer).map { (nil, $0) } ?? (file, nil)
    }
    var kept = DecodedManifests()
    for (index, result) in results.enumerated() { if let file = result.0 { kept.files[index] = file } }
    return (kept, results.map { $0.1 })
  }
}

extension Validator {
  /// Returns the rows of the documents if each is a deployment that is recorded as declared and there is nothing to
  /// report. They are not checked for cycles: their dependencies are the recorded ones, which have none.
  fileprivate mutating func rows(_ recognizer: some DeploymentRecognizer) -> [DeclaredRow]? {
    var rows: [DeclaredRow] = []
    rows.reserveCapacity(documents.count)
    var hint = 0
    for index in documents.indices {
      guard documents[index].isSound, case .deployment(let draft) = documents[index].spec,
        case .deployment(let identity) = documents[index].identity, documents[index].metadata.former == nil
      else { return nil }
      checkDeployment(index, draft.value)
      guard findings.isEmpty, let spec = finished(documents[index]) else { return nil }
      let metadata = ObjectMetadata(
        labels: documents[index].metadata.labels, annotations: documents[index].metadata.annotations)
      let namesSecret = draft.value.env.values.contains { if case .secret = $0 { true } else { false } }
      let row = recognizer.row(of: identity, namesSecret: namesSecret, hint: &hint) {
        SpecCoding.says($0, spec, metadata: metadata)
      }
      guard let row else { return nil }
      rows.append(row)
    }
    return rows
  }
}
