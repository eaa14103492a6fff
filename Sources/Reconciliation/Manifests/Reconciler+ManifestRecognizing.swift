import FleetCore
import FleetModel
import Manifests

extension Reconciler {
  /// Decodes the changed files of a split, and vouches for those that hold nothing but deployments recorded as declared. Only
  /// the files that differ stay in the part.
  ///
  /// - Parameter decoded: receives what was decoded of the other files, by their positions.
  /// - Returns: the recognized files; `nil` if two of them declare the same object.
  func recognize(
    _ files: ManifestFiles, _ split: inout FileSplit, _ source: SourceID, _ decoded: inout DecodedManifests
  ) -> [FilesToNote.File]? {
    var known = KnownObjects()
    addOrganizationsUsersAndClusters(to: &known) { owner, _, isWithdrawn in owner != source || !isWithdrawn }
    let fleet = fleet
    known.moreDeployments = { identity in
      // Dependencies matter only in the search for cycles, which recognizing does not do.
      fleet.mode(of: identity, for: source).map { KnownObjects.Deployment(mode: $0, dependsOn: []) }
    }
    let changed = split.changed
    let (kept, rows) = ManifestReader(known: known).recognize(
      changed.map { files.reading.files[$0].text }, by: RecordedDeployments(fleet: fleet, source: source))
    decoded = kept.moved { changed[$0] }
    var recognized: [FilesToNote.File] = []
    split.changed = []
    for (index, rows) in zip(changed, rows) {
      guard let rows else {
        split.changed.append(index)
        continue
      }
      guard split.vouched.insertNew(rows, in: fleet) else { return nil }
      split.secretRows += rows.filter(\.namesSecret)
      recognized.append(FilesToNote.File(index: index, rows: rows))
    }
    return recognized
  }
}

/// The recorded deployments of a source.
private struct RecordedDeployments: DeploymentRecognizer {
  let fleet: Fleet
  let source: SourceID

  func row(
    of identity: DeploymentIdentity, namesSecret: Bool, hint: inout Int, isDeclared: (String) -> Bool
  ) -> DeclaredRow? {
    fleet.row(of: identity, ownedBy: source, namesSecret: namesSecret, hint: &hint, isDeclared: isDeclared)
  }
}
