import Diagnostics
import FleetCore
import FleetModel
import ManifestSources
import Manifests
import StateStore

/// The scope of a look at an input: which checks are due, and what is known to be unchanged.
struct RecheckScope {
  /// Whether every secret that is referred to is looked up, also where nothing else has changed.
  var checksSecrets = true
  /// Whether nothing but the files can have changed since the table was built.
  var onlyFilesChanged = false
  /// Whether the files have changed so recently that more changes may follow.
  var isEarly = false
}

/// An input that was compared with the fleet.
struct InputReview {
  var comparison: Comparison
  /// Declarations that were compared, including those of unread files whose secrets were looked up.
  var declarations: [Declaration]
  var warnings: [Diagnostic] = []
  /// Files to note once the comparison is carried out; `nil` if none are noted for such a source.
  var files: FilesToNote?
  /// Whether secrets are read from files.
  var hasFileSecrets = false
  /// Events for assumptions about recorded objects, due after the declaration.
  var supposed: [Event] = []
}

/// Result of comparing an input with the fleet.
enum InputOutcome {
  case compared(InputReview)
  /// The files can't be judged by those that changed, and so soon after a change they are not read as a whole: they may be a
  /// partial checkout.
  case possiblyPartial

  /// The review of a look that was not early: such a look always ends in one.
  var review: InputReview {
    guard case .compared(let review) = self else { preconditionFailure("only an early look is possibly partial") }
    return review
  }
}

extension Reconciler {
  /// Compares an input with the fleet. Files are decoded only if they are not vouched for, as long as that gives the same
  /// result as decoding all of them.
  ///
  /// - Throws: `InvalidManifests`; `ManifestSourceError` if files must be read again and can't be; `UnknownTarget`;
  ///   `SpecCodingError` when a recorded spec is damaged.
  func compare(
    _ input: ApplyRequest.Input, _ options: ComparisonOptions, _ table: FileTable?,
    _ scope: RecheckScope = RecheckScope()
  ) throws -> InputOutcome {
    var whole: WholeInput
    switch input {
    case .declared(let desired, let changes):
      whole = WholeInput(desired: desired)
      whole.supposed = try fleet.suppose(changes, in: &whole.desired, options)
    case .files(let files) where options.prunes:
      let decoded: DecodedFiles
      switch try changedPart(of: files, options, table, scope) {
      case .part(let part):
        let comparison = try fleet.compare(
          part.desired, secrets: part.secrets, options: options, beside: part.files.vouched,
          candidates: part.candidates)
        if let review = part.review(comparison, in: fleet, options, scope) { return .compared(review) }
        decoded = part.decoded
      case .wholeRequired(let files): decoded = files
      }
      if scope.isEarly { return .possiblyPartial }
      whole = try wholeInput(decoded, options, table)
    case .files(let files): whole = try wholeInput(DecodedFiles(files: files), options, table)
    }
    let resolved = fleet.secrets(of: whole.desired, options, from: secrets)
    return .compared(
      InputReview(
        comparison: try fleet.compare(whole.desired, secrets: resolved, options: options),
        declarations: whole.desired.declarations, warnings: whole.warnings, files: whole.files,
        hasFileSecrets: resolved.hasFiles, supposed: whole.supposed))
  }

  /// Returns the table of a request's source as it is recorded, and keeps it; `nil` if the input is not of files.
  func table(for request: ApplyRequest) throws -> FileTable? {
    if case .files = request.input { table = try storedTable(of: request.options.source) }
    return table
  }

  /// Returns the recorded table of a source; `nil` if there is none.
  func storedTable(of source: String) throws -> FileTable? {
    guard let id = fleet.sourceID(named: source), let files = try store.files(of: id) else { return nil }
    return FileTable(files: files, vouched: nil)
  }

  // MARK: The whole

  /// Decodes and validates all files, as far as they are not decoded already.
  private func wholeInput(
    _ decoded: DecodedFiles, _ options: ComparisonOptions, _ table: FileTable?
  ) throws -> WholeInput {
    let files = try decoded.files.withContents()
    let (desired, warnings) = try files.decoded(by: {
      let known = try knownObjects(beside: options.source, includingOwn: !options.prunes)
      return try ManifestIntake.desired(
        files.reading, known: known, secrets: secrets,
        // Positions are those of the files as they were read before.
        decoded: files === decoded.files ? decoded.manifests : DecodedManifests())
    })
    var whole = WholeInput(desired: desired, warnings: warnings)
    guard options.prunes else { return whole }
    whole.files = FilesToNote(
      files: files, source: options.source,
      decoded: FilesToNote.File.entries(
        at: Array(files.reading.files.indices), of: files, declaring: desired.declarations, warnings: warnings),
      gone: table?.gone(from: files) ?? [], vouched: UnchangedObjects(), isPart: false)
    return whole
  }
}

/// A whole input, ready to be compared.
private struct WholeInput {
  var desired: DesiredState
  var warnings: [Diagnostic] = []
  var files: FilesToNote?
  var supposed: [Event] = []
}

extension FileTable {
  /// Returns the paths that the table has and the source no longer has, sorted.
  func gone(from files: ManifestFiles) -> [String] {
    let paths = Set(files.reading.files.map(\.relativePath))
    return self.files.files.keys.filter { !paths.contains($0) }.sorted()
  }
}
