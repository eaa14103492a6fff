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
  var declarations: [Declaration]
  var warnings: [Diagnostic]
  /// What to note once it is carried out; nil: nothing is noted of such a source.
  var files: ComparedFiles?
  /// Secrets are read from files.
  var hasFileSecrets: Bool
}

/// How a comparison is to be made.
struct ComparisonContext {
  /// Look every secret up that is referred to, also where nothing has changed.
  var checksSecrets = true
  /// Nothing but the files can have changed since the table was made.
  var onlyFilesChanged = false
  /// The files have changed just now, so that more may be about to.
  var isEarly = false
}

/// What has changed just now can't be judged by itself, and may be half of what is about to change.
struct PossiblyPartialCheckout: Error {}

extension Reconciler {
  /// Compares files with the fleet: only those that are not vouched for are decoded, if that gives the same.
  ///
  /// - Throws: `InvalidManifests`; `SpecCodingError` when a recorded spec is damaged; `ContentsRequired`; `PossiblyPartialCheckout`.
  func compare(
    _ files: ManifestFiles, _ options: ComparisonOptions, _ table: FileTable?, _ context: ComparisonContext = .init()
  ) throws -> ComparedManifests {
    do { return try compareOnce(files, options, table, context) } catch let error as ContentsRequired {
      try files.readAll(because: error)
    }
    return try compareOnce(files, options, table, context)
  }

  private func compareOnce(
    _ files: ManifestFiles, _ options: ComparisonOptions, _ table: FileTable?, _ context: ComparisonContext
  ) throws -> ComparedManifests {
    var decoded = DecodedManifests()
    if options.prunes {
      if let part = try comparePart(files, options, table, context, &decoded) { return part }
      // What is not worth reading all of it for.
      if context.isEarly { throw PossiblyPartialCheckout() }
    }
    return try compareWhole(files, options, table, decoded)
  }

  /// The table of a source, from the state.
  func storedTable(of source: String) throws -> FileTable? {
    guard let id = fleet.sourceID(named: source), let files = try store.files(of: id) else { return nil }
    return FileTable(files: files, vouched: nil)
  }

  // MARK: All of it

  /// The comparison by everything that is declared.
  ///
  /// - Parameter decoded: what was decoded of the files already, by their positions.
  func compareWhole(
    _ files: ManifestFiles, _ options: ComparisonOptions, _ table: FileTable?,
    _ decoded: DecodedManifests = DecodedManifests()
  ) throws -> ComparedManifests {
    let (desired, warnings) = try files.whole {
      if files.reading.files.contains(where: { $0.isAsBefore }) { throw ContentsRequired() }
      let known = try knownObjects(beside: options.source, includingOwn: !options.prunes)
      return try ManifestIntake.desired(files.reading, known: known, secrets: secrets, decoded: decoded)
    }
    let resolved = SecretResolution(secrets, root: options.binding, key: fleet.installation.key).resolve(desired)
    let comparison = try fleet.compare(desired, secrets: resolved, options: options)
    files.note(warnings: warnings)
    var compared = ComparedManifests(
      comparison: comparison, declarations: desired.declarations, warnings: warnings, files: nil,
      hasFileSecrets: resolved.hasFiles)
    guard options.prunes else { return compared }
    let paths = Set(files.reading.files.map(\.relativePath))
    compared.files = ComparedFiles(
      files: files, source: options.source,
      decoded: self.decoded(Array(files.reading.files.indices), of: files, desired.declarations, warnings),
      gone: (table?.files.files.keys).map { $0.filter { !paths.contains($0) }.sorted() } ?? [],
      vouched: UnchangedObjects(),
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
      decoded.append(.init(index: index))
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

  /// The comparison by the files that are not vouched for, and of which not all is recognized as it is recorded; nil: all must
  /// be read for it, and what was decoded is left.
  private func comparePart(
    _ files: ManifestFiles, _ options: ComparisonOptions, _ table: FileTable?, _ context: ComparisonContext,
    _ decoded: inout DecodedManifests
  ) throws -> ComparedManifests? {
    guard let source = fleet.sourceID(named: options.source), files.reading.problems.isEmpty else {
      return nil
    }
    let applicable = table.flatMap {
      $0.files.reader == files.reader && $0.files.standing == fleet.contextHash ? $0 : nil
    }
    // What has been decoded already need not be recognized.
    if applicable == nil, files.isDecoded { return nil }
    var split = try split(files, applicable, source)
    if applicable == nil {
      let paths = Set(files.reading.files.map(\.relativePath))
      split.gone = (table?.files.files.keys).map { $0.filter { !paths.contains($0) }.sorted() } ?? []
    }
    guard let recognized = recognize(files, &split, source, &decoded) else { return nil }
    let known = known(beside: source, vouched: split.vouched)
    let positions = Dictionary(uniqueKeysWithValues: split.changed.enumerated().map { ($0.element, $0.offset) })
    let texts = split.changed.map { files.reading.files[$0].text }
    let reader = ManifestReader(known: known)
    guard let (part, warnings) = reader.readPart(texts, decoded: decoded.moved { positions[$0] }) else { return nil }
    let unread = context.checksSecrets ? try split.secretRows.compactMap { try fleet.declaration(of: $0) } : []
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
    let isKnown = context.onlyFilesChanged && applicable?.vouched != nil && applicable?.isComplete == true
    var comparison = try fleet.compare(
      desired, secrets: resolved, options: options, beside: split.vouched,
      candidates: isKnown
        ? split.formerRows.filter { !split.vouched.contains($0, in: fleet) }.compactMap { fleet.identity(of: $0) } : nil
    )
    guard
      fleet.canJudge(
        comparison, of: part.declarations, unread: Set(unread.map(\.identity)), beside: split.vouched)
    else { return nil }
    if !context.checksSecrets {
      // What was not looked up is held as before.
      for (identity, why) in fleet.missingSecrets(of: options.source)
      where split.vouched.contains(.deployment(identity), in: fleet) {
        comparison.revision.missingSecrets[identity] = why
      }
    }
    files.note(warnings: warnings)
    return ComparedManifests(
      comparison: comparison, declarations: declarations, warnings: warnings,
      files: ComparedFiles(
        files: files, source: options.source,
        decoded: self.decoded(split.changed, of: files, part.declarations, warnings) + recognized, same: split.same,
        gone: split.gone, vouched: split.vouched, isPart: applicable != nil), hasFileSecrets: resolved.hasFiles)
  }

  struct Split {
    var vouched: UnchangedObjects
    /// Files that must be decoded.
    var changed: [Int] = []
    /// Files that are as they are noted.
    var same: [Int] = []
    /// Paths that the table has and the source has no more.
    var gone: [String] = []
    /// What the changed and the gone files declared.
    var formerRows: [DeclaredRow] = []
    /// What names secrets of the others.
    var secretRows: [DeclaredRow] = []
  }

  /// Tells the files that are vouched for from those that are not; without a table, none is.
  private func split(_ files: ManifestFiles, _ table: FileTable?, _ source: SourceID) throws -> Split {
    var split = Split(vouched: table?.vouched ?? UnchangedObjects())
    var paths: Set<String> = []
    var lacksBytes = false
    let noted = table?.files.files ?? [:]
    let inTable = files.reading.files.indices.filter { noted[files.reading.files[$0].relativePath] != nil }
    let digests = Dictionary(uniqueKeysWithValues: zip(inTable, files.digests(of: inTable)))
    let sameEntries = inTable.compactMap { index -> FileRecord? in
      noted[files.reading.files[index].relativePath].flatMap { $0.digest == digests[index] ? $0 : nil }
    }
    let standing = table?.vouched == nil ? fleet.unchangedFiles(among: sameEntries, ownedBy: source) : []
    for (index, file) in files.reading.files.enumerated() {
      paths.insert(file.relativePath)
      let entry = noted[file.relativePath]
      if let entry, entry.digest == digests[index], table?.vouched != nil || standing.contains(entry.path) {
        if table?.vouched == nil { split.vouched.insert(entry.rows, in: fleet) }
        split.secretRows += entry.rows.filter(\.namesSecret)
        split.same.append(index)
        continue
      }
      if file.isAsBefore { lacksBytes = true }
      split.changed.append(index)
      split.formerRows += entry?.rows ?? []
    }
    if lacksBytes { throw ContentsRequired() }
    for (path, entry) in noted.sorted(by: { $0.key < $1.key }) where !paths.contains(path) {
      split.gone.append(path)
      split.formerRows += entry.rows
    }
    if table?.vouched != nil { split.vouched.remove(split.formerRows, in: fleet) }
    return split
  }

  /// What the part that is read may refer to beside itself.
  private func known(beside source: SourceID, vouched: UnchangedObjects) -> KnownObjects {
    var known = KnownObjects()
    let fleet = fleet
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

extension ResolvedSecrets {
  /// Whether any of them is read from a file.
  fileprivate var hasFiles: Bool {
    func isFile(_ reference: SecretReference) -> Bool { if case .fromFile = reference { true } else { false } }
    return states.keys.contains(where: isFile) || columnValues.keys.contains(where: isFile)
      || missingColumnValues.keys.contains(where: isFile)
  }
}
