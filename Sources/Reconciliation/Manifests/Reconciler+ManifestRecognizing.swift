import FleetCore
import FleetModel
import Manifests

extension Reconciler {
  /// Decodes the files of a split that changed, and vouches for those with nothing but deployments that are recorded as they are
  /// declared: what is left to be read as a part is what differs.
  ///
  /// - Parameter decoded: gets what was decoded of the others, by the positions of the files.
  /// - Returns: the files that were recognized; nil: two of them declare the same.
  func recognize(
    _ files: ManifestFiles, _ split: inout Split, _ source: SourceID, _ decoded: inout DecodedManifests
  ) -> [ComparedFiles.File]? {
    var known = KnownObjects()
    addOrganizationsUsersAndClusters(to: &known) { owner, _, isWithdrawn in owner != source || !isWithdrawn }
    let fleet = fleet
    known.moreDeployments = { identity in
      // What it waits for is asked for where cycles are looked for, and here they are not.
      fleet.mode(of: identity, for: source).map { KnownObjects.Deployment(mode: $0, dependsOn: []) }
    }
    let changed = split.changed
    let (kept, rows) = ManifestReader(known: known).recognize(
      changed.map { files.reading.files[$0].text }, by: RecordedDeployments(fleet: fleet, source: source))
    decoded = kept.moved { changed[$0] }
    var recognized: [ComparedFiles.File] = []
    split.changed = []
    for (index, rows) in zip(changed, rows) {
      guard let rows else {
        split.changed.append(index)
        continue
      }
      guard split.vouched.insertNew(rows, in: fleet) else { return nil }
      split.secretRows += rows.filter(\.namesSecret)
      recognized.append(ComparedFiles.File(index: index, rows: rows))
    }
    return recognized
  }
}

/// The deployments of a source as they are recorded.
private struct RecordedDeployments: DeploymentRecognizer {
  let fleet: Fleet
  let source: SourceID

  func row(
    of identity: DeploymentIdentity, namesSecret: Bool, hint: inout Int, isDeclared: (String) -> Bool
  ) -> DeclaredRow? {
    fleet.row(of: identity, ownedBy: source, namesSecret: namesSecret, hint: &hint, isDeclared: isDeclared)
  }
}
