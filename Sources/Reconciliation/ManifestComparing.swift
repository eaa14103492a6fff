import Diagnostics
import FleetCore
import FleetModel
import ManifestSources
import Manifests
import StateStore

/// Manifests compared with the fleet.
struct ComparedManifests {
  var comparison: Comparison
  /// What was decoded for it, or stands for what was not.
  var declared: Set<ObjectIdentity>
  var warnings: [Diagnostic]
  /// What to note once it is carried out; nil: nothing is noted of such a source.
  var files: ComparedFiles?
  /// Secrets are read from files.
  var hasFileSecrets: Bool
}

/// Files that were not read again must be.
struct BytesNeeded: Error {}

/// How a comparison is to be made.
struct ComparingManner {
  /// Look every secret up that is referred to, also where nothing has changed.
  var checksSecrets = true
  /// Nothing but the files can have changed since the table was made.
  var onlyFilesChanged = false
}

extension Reconciler {
  /// Compares files with the fleet: only those that are not vouched for are decoded, if that gives the same.
  ///
  /// - Throws: `InvalidManifests`; `SpecCodingError` when a recorded spec is damaged; `BytesNeeded`.
  func compare(
    _ files: ManifestFiles, _ options: ComparisonOptions, _ table: FileTable?, _ manner: ComparingManner = .init()
  ) throws -> ComparedManifests {
    if options.prunes, let table, let part = try comparePart(files, options, table, manner) { return part }
    return try compareWhole(files, options, table)
  }

  /// The table of a source, from the state.
  func storedTable(of source: String) throws -> FileTable? {
    guard let id = fleet.sourceID(named: source), let files = try store.files(of: id) else { return nil }
    return FileTable(files: files, vouched: nil)
  }

  // MARK: All of it

  private func compareWhole(_ files: ManifestFiles, _ options: ComparisonOptions, _ table: FileTable?) throws
    -> ComparedManifests
  {
    let (desired, warnings) = try files.whole {
      if files.reading.files.contains(where: { $0.isAsBefore }) { throw BytesNeeded() }
      let known = try knownObjects(beside: options.source, includingOwn: !options.prunes)
      return try ManifestIntake.desired(files.reading, known: known, secrets: secrets)
    }
    let resolved = SecretResolution(secrets, root: options.binding, key: fleet.installation.key).resolve(desired)
    let comparison = try fleet.compare(desired, secrets: resolved, options: options)
    files.note(warnings: warnings)
    var compared = ComparedManifests(
      comparison: comparison, declared: Set(desired.declarations.map(\.identity)), warnings: warnings, files: nil,
      hasFileSecrets: resolved.hasFiles)
    guard options.prunes else { return compared }
    let paths = Set(files.reading.files.map(\.relativePath))
    compared.files = ComparedFiles(
      reader: files.reader, source: options.source,
      decoded: decoded(Array(files.reading.files.indices), of: files, desired.declarations, warnings),
      gone: (table?.files.files.keys).map { $0.filter { !paths.contains($0) }.sorted() } ?? [], vouched: Vouched(),
      isPart: false)
    return compared
  }

  private func decoded(
    _ indices: [Int], of files: ManifestFiles, _ declarations: [Declaration], _ warnings: [Diagnostic]
  ) -> [ComparedFiles.File] {
    var positions: [String: Int] = [:]
    var decoded: [ComparedFiles.File] = []
    for index in indices {
      let file = files.reading.files[index]
      positions[file.displayPath] = decoded.count
      decoded.append(.init(path: file.relativePath, digest: files.digests[index], declared: [], isPlain: true))
    }
    // Neighbours come from one file most often.
    var last: (file: String, position: Int)?
    for declaration in declarations {
      if last?.file != declaration.place.file {
        guard let position = positions[declaration.place.file] else { continue }
        last = (declaration.place.file, position)
      }
      guard let position = last?.position else { continue }
      decoded[position].declared.append((declaration.identity, declaration.namesSecret))
      if declaration.metadata.renamedFrom != nil { decoded[position].isPlain = false }
    }
    for warning in warnings {
      if let position = warning.place.flatMap({ positions[$0.file] }) { decoded[position].isPlain = false }
    }
    return decoded
  }

  // MARK: A part

  /// The comparison by the files that are not vouched for; nil: all must be read for it.
  private func comparePart(
    _ files: ManifestFiles, _ options: ComparisonOptions, _ table: FileTable, _ manner: ComparingManner
  ) throws -> ComparedManifests? {
    guard let source = fleet.sourceID(named: options.source), table.files.reader == files.reader,
      files.reading.problems.isEmpty, table.files.standing == fleet.standing
    else { return nil }
    let split = try split(files, table, source)
    let known = known(beside: source, vouched: split.vouched)
    let texts = split.changed.map { index in
      let file = files.reading.files[index]
      return ManifestText(displayPath: file.displayPath, relativePath: file.relativePath, bytes: file.bytes)
    }
    guard let (part, warnings) = ManifestReader(known: known).readPart(texts) else { return nil }
    let unread = manner.checksSecrets ? try split.secretRows.compactMap { try fleet.declaration(of: $0) } : []
    var declarations = part.declarations
    if !unread.isEmpty {
      let keyed = (declarations + unread).map { (kind: $0.identity.kind, path: $0.identity.path, declaration: $0) }
      declarations = keyed.sorted { $0.kind == $1.kind ? $0.path < $1.path : $0.kind < $1.kind }.map(\.declaration)
    }
    let flaws = declarations.contains { declaration in
      !declaration.problems { reference in
        if case .success(let value) = secrets.resolve(reference, root: options.binding) { value } else { nil }
      }.isEmpty
    }
    if flaws { return nil }
    let desired = DesiredState(declarations: declarations)
    let resolved = SecretResolution(secrets, root: options.binding, key: fleet.installation.key).resolve(desired)
    let isKnown = manner.onlyFilesChanged && table.vouched != nil && table.isComplete
    var comparison = try fleet.compare(
      desired, secrets: resolved, options: options, beside: split.vouched,
      candidates: isKnown ? split.formerRows.compactMap { fleet.identity(of: $0) } : nil)
    guard
      fleet.canJudge(
        comparison, of: part.declarations, unread: Set(unread.map(\.identity)), beside: split.vouched)
    else { return nil }
    if !manner.checksSecrets {
      // What was not looked up is held as before.
      for (identity, why) in fleet.missingSecrets(of: options.source)
      where split.vouched.contains(.deployment(identity), in: fleet) {
        comparison.revision.missingSecrets[identity] = why
      }
    }
    files.note(warnings: warnings)
    return ComparedManifests(
      comparison: comparison, declared: Set(declarations.map(\.identity)), warnings: warnings,
      files: ComparedFiles(
        reader: files.reader, source: options.source,
        decoded: decoded(split.changed, of: files, part.declarations, warnings), gone: split.gone,
        vouched: split.vouched, isPart: true), hasFileSecrets: resolved.hasFiles)
  }

  private struct Split {
    var vouched: Vouched
    /// Files that must be decoded.
    var changed: [Int] = []
    /// Paths that the table has and the source has no more.
    var gone: [String] = []
    /// What the changed and the gone files declared.
    var formerRows: [DeclaredRow] = []
    /// What names secrets of the others.
    var secretRows: [DeclaredRow] = []
  }

  private func split(_ files: ManifestFiles, _ table: FileTable, _ source: SourceID) throws -> Split {
    var split = Split(vouched: table.vouched ?? Vouched())
    var paths: Set<String> = []
    var lacksBytes = false
    for (index, file) in files.reading.files.enumerated() {
      paths.insert(file.relativePath)
      let entry = table.files.files[file.relativePath]
      if let entry, entry.digest == files.digests[index],
        table.vouched != nil || fleet.fingerprint(of: entry.rows, ownedBy: source) == entry.fingerprint
      {
        if table.vouched == nil { split.vouched.insert(entry.rows, in: fleet) }
        split.secretRows += entry.rows.filter(\.namesSecret)
        continue
      }
      if file.isAsBefore { lacksBytes = true }
      split.changed.append(index)
      split.formerRows += entry?.rows ?? []
    }
    if lacksBytes { throw BytesNeeded() }
    for (path, entry) in table.files.files.sorted(by: { $0.key < $1.key }) where !paths.contains(path) {
      split.gone.append(path)
      split.formerRows += entry.rows
    }
    if table.vouched != nil { split.vouched.remove(split.formerRows, in: fleet) }
    return split
  }

  /// What the part that is read may refer to beside itself.
  private func known(beside source: SourceID, vouched: Vouched) -> KnownObjects {
    var known = KnownObjects()
    let fleet = fleet
    addFew(to: &known) { owner, identity, _ in owner != source || vouched.contains(identity, in: fleet) }
    known.moreDeployments = { identity in
      fleet.standIn(for: identity, source: source, vouched: vouched).map {
        KnownObjects.Deployment(mode: $0.mode, dependsOn: $0.dependsOn)
      }
    }
    return known
  }
}

extension ResolvedSecrets {
  /// Whether any of them is read from a file.
  fileprivate var hasFiles: Bool {
    func isFile(_ reference: SecretReference) -> Bool { if case .fromFile = reference { true } else { false } }
    return states.keys.contains(where: isFile) || columnValues.keys.contains(where: isFile)
      || missingColumnValues.keys.contains(where: isFile)
  }
}
