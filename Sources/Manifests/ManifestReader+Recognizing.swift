import FleetModel

/// Files that were decoded and are not judged yet.
public struct DecodedManifests: Sendable {
  /// By position in whatever they are to be read with.
  var files: [Int: DecodedFile]

  /// None.
  public init() { files = [:] }

  /// The same files by the positions that a body tells; those for which it tells none are left out.
  public func moved(_ position: (Int) -> Int?) -> DecodedManifests {
    var moved = DecodedManifests()
    for (former, file) in files { if let now = position(former) { moved.files[now] = file } }
    return moved
  }
}

/// Knows what is recorded: asked by several threads at a time.
public protocol DeploymentRecognizer: Sendable {
  /// The row of a deployment that is recorded under this identity, and of which a text that a body is handed says exactly what is
  /// declared; nil: there is none.
  ///
  /// - Parameter hint: whatever was left there when the deployment before was recognized, 0 at first: neighbours in a file
  ///   are most often neighbours in the state.
  func row(
    of identity: DeploymentIdentity, namesSecret: Bool, hint: inout Int, isDeclared: (String) -> Bool
  ) -> DeclaredRow?
}

extension ManifestReader {
  /// Decodes files, and lets go at once what declares nothing new: files with nothing but deployments that are recorded as they
  /// are declared, and that agree with what is known, as if they were read beside all of it.
  ///
  /// Nothing is said of a file that is kept; `readPart` judges them. Whoever lets a file go must see to it that what is known of
  /// his own is still declared, and that no two files declare the same.
  ///
  /// - Returns: what was decoded and kept, by position; and by position the rows of each file that was let go, in its order.
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
  /// The rows of the documents, if each is a deployment that is recorded as it is declared, and nothing is to be said of it. They
  /// are not looked at for cycles: what they wait for is what is recorded, and that has none.
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
