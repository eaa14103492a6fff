import Diagnostics
import FleetCore
import FleetModel
import ManifestSources
import Manifests

/// Files with what has been decoded of them, by their positions.
struct DecodedFiles {
  var files: ManifestFiles
  var manifests = DecodedManifests()
}

/// The part of a source that must be compared: its files that are neither vouched for nor recognized.
struct ChangedPart {
  var decoded: DecodedFiles
  /// Declarations of the part's files.
  var declarations: [Declaration]
  var warnings: [Diagnostic]
  /// Recorded objects of other files whose secrets are to be looked up.
  var unread: Set<ObjectIdentity>
  /// Declarations of the part and of `unread`, in the order of a whole state.
  var desired: DesiredState
  var secrets: ResolvedSecrets
  /// Objects that may be recorded and no longer declared; `nil`: any that the source owns.
  var candidates: [ObjectIdentity]?
  var files: FilesToNote

  /// Returns the review by a comparison of this part; `nil` if the part can't be judged by itself.
  func review(
    _ comparison: Comparison, in fleet: Fleet, _ options: ComparisonOptions, _ scope: RecheckScope
  ) -> InputReview? {
    guard fleet.canJudge(comparison, of: declarations, unread: unread, beside: files.vouched) else { return nil }
    var comparison = comparison
    if !scope.checksSecrets {
      // Deployments whose secrets were not looked up stay held as before.
      for (identity, why) in fleet.missingSecrets(of: options.source)
      where files.vouched.contains(.deployment(identity), in: fleet) {
        comparison.revision.missingSecrets[identity] = why
      }
    }
    return InputReview(
      comparison: comparison, declarations: desired.declarations, warnings: warnings, files: files,
      hasFileSecrets: secrets.hasFiles)
  }
}

/// Result of looking for the part of a source that must be compared.
enum PartOutcome {
  case part(ChangedPart)
  /// The part can't be read by itself. The files come with what was decoded of them.
  case wholeRequired(DecodedFiles)
}

/// The files of a source, told apart by the table.
struct FileSplit {
  /// Objects that are vouched for.
  var vouched: UnchangedObjects
  /// Positions of files that must be decoded.
  var changed: [Int] = []
  /// Positions of files that are as noted.
  var same: [Int] = []
  /// Paths that the table has and the source no longer has.
  var gone: [String] = []
  /// Objects that the changed and the gone files declared.
  var formerRows: [DeclaredRow] = []
  /// Objects of the other files that refer to secrets.
  var secretRows: [DeclaredRow] = []
}

extension Reconciler {
  /// Reads the files of a source that are not vouched for, apart from those that are recognized as recorded.
  ///
  /// - Throws: `ManifestSourceError` if files must be read again and can't be; `SpecCodingError`.
  func changedPart(
    of files: ManifestFiles, _ options: ComparisonOptions, _ table: FileTable?, _ scope: RecheckScope
  ) throws -> PartOutcome {
    var decoded = DecodedFiles(files: files)
    guard let source = fleet.sourceID(named: options.source), files.reading.problems.isEmpty else {
      return .wholeRequired(decoded)
    }
    let applicable = table.flatMap {
      $0.files.reader == files.reader && $0.files.contextHash == fleet.contextHash ? $0 : nil
    }
    // Recognizing saves nothing once everything is decoded.
    if applicable == nil, files.decoded != nil { return .wholeRequired(decoded) }
    var split = split(files, applicable, source)
    if files.lacksContents, split.changed.contains(where: { files.reading.files[$0].isAsBefore }) {
      return try changedPart(of: files.withContents(), options, table, scope)
    }
    if applicable == nil { split.gone = table?.gone(from: files) ?? [] }
    guard let recognized = recognize(files, &split, source, &decoded.manifests) else { return .wholeRequired(decoded) }
    let positions = Dictionary(uniqueKeysWithValues: split.changed.enumerated().map { ($0.element, $0.offset) })
    let texts = split.changed.map { files.reading.files[$0].text }
    let reader = ManifestReader(known: known(beside: source, vouched: split.vouched))
    guard let (part, warnings) = reader.readPart(texts, decoded: decoded.manifests.moved { positions[$0] }) else {
      return .wholeRequired(decoded)
    }
    let unread = scope.checksSecrets ? try split.secretRows.compactMap { try fleet.declaration(of: $0) } : []
    let desired = DesiredState(declarations: Self.merged(part.declarations, unread))
    if hasFlaws(desired, options) { return .wholeRequired(decoded) }
    let isKnown = scope.onlyFilesChanged && applicable?.vouched != nil && applicable?.isComplete == true
    let entries = FilesToNote.File.entries(
      at: split.changed, of: files, declaring: part.declarations, warnings: warnings)
    return .part(
      ChangedPart(
        decoded: decoded, declarations: part.declarations, warnings: warnings, unread: Set(unread.map(\.identity)),
        desired: desired, secrets: fleet.secrets(of: desired, options, from: secrets),
        candidates: isKnown
          ? split.formerRows.filter { !split.vouched.contains($0, in: fleet) }.compactMap { fleet.identity(of: $0) }
          : nil,
        files: FilesToNote(
          files: files, source: options.source, decoded: entries + recognized, same: split.same, gone: split.gone,
          vouched: split.vouched, isPart: applicable != nil)))
  }

  /// Returns declarations of the part and of unread files in the order of a whole state: by kind, then by path.
  private static func merged(_ part: [Declaration], _ unread: [Declaration]) -> [Declaration] {
    if unread.isEmpty { return part }
    let keyed = (part + unread).map { (kind: $0.identity.kind, path: $0.identity.path, declaration: $0) }
    return keyed.sorted { $0.kind == $1.kind ? $0.path < $1.path : $0.kind < $1.kind }.map(\.declaration)
  }

  /// Whether a secret for one of the state's columns breaks the rules of a literal value.
  private func hasFlaws(_ desired: DesiredState, _ options: ComparisonOptions) -> Bool {
    desired.declarations.contains { declaration in
      !declaration.problems { reference in
        if case .success(let value) = secrets.resolve(reference, root: options.binding) { value } else { nil }
      }.isEmpty
    }
  }

  /// Tells the files that are vouched for from those that are not. Without a table, none is.
  private func split(_ files: ManifestFiles, _ table: FileTable?, _ source: SourceID) -> FileSplit {
    var split = FileSplit(vouched: table?.vouched ?? UnchangedObjects())
    var paths: Set<String> = []
    let noted = table?.files.files ?? [:]
    let read = files.reading.files
    let inTable = read.indices.filter { noted[read[$0].relativePath] != nil }
    let digests = Dictionary(uniqueKeysWithValues: zip(inTable, files.digests(of: inTable)))
    let sameEntries = inTable.compactMap { index -> FileRecord? in
      noted[read[index].relativePath].flatMap { $0.digest == digests[index] ? $0 : nil }
    }
    let unchanged = table?.vouched == nil ? fleet.unchangedFiles(among: sameEntries, ownedBy: source) : []
    for (index, file) in read.enumerated() {
      paths.insert(file.relativePath)
      let entry = noted[file.relativePath]
      if let entry, entry.digest == digests[index], table?.vouched != nil || unchanged.contains(entry.path) {
        if table?.vouched == nil { split.vouched.insert(entry.rows, in: fleet) }
        split.secretRows += entry.rows.filter(\.namesSecret)
        split.same.append(index)
        continue
      }
      split.changed.append(index)
      split.formerRows += entry?.rows ?? []
    }
    for (path, entry) in noted.sorted(by: { $0.key < $1.key }) where !paths.contains(path) {
      split.gone.append(path)
      split.formerRows += entry.rows
    }
    if table?.vouched != nil { split.vouched.remove(split.formerRows, in: fleet) }
    return split
  }

  /// Returns the objects that the part may refer to besides its own.
  private func known(beside source: SourceID, vouched: UnchangedObjects) -> KnownObjects {
    var known = KnownObjects()
    let fleet = fleet
    known.hasCompleted = { fleet.hasCompleted($0, as: $1) }
    addOrganizationsUsersAndClusters(to: &known) { owner, identity, _ in
      owner != source || vouched.contains(identity, in: fleet)
    }
    known.moreDeployments = { identity in
      fleet.standIn(for: identity, source: source, vouched: vouched).map {
        KnownObjects.Deployment(mode: $0.mode, dependsOn: $0.dependsOn)
      }
    }
    return known
  }
}
