import CLinux
import ConcurrentMap
import Diagnostics
import Dispatch
import FleetModel

/// The result of reading manifests.
public enum ManifestResult: Sendable {
  /// A valid set of manifests; the warnings are sorted by place.
  case valid(DesiredState, warnings: [Diagnostic])
  /// An invalid set, with at least one error. Errors and warnings of the whole input, sorted by place.
  case invalid([Diagnostic])

  /// Errors and warnings, sorted by place.
  public var diagnostics: [Diagnostic] {
    switch self {
    case .valid(_, let warnings): warnings
    case .invalid(let diagnostics): diagnostics
    }
  }
}

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

/// Turns the bytes of manifests into a desired state: decodes every file, checks the documents against each other,
/// and reports all problems at once. Pure: the same input gives the same result for any number of threads.
public struct ManifestReader: Sendable {
  let known: KnownObjects

  /// Creates a reader that accepts references to objects known from other sources.
  public init(known: KnownObjects = KnownObjects()) { self.known = known }

  /// Reads files. Their order only decides which of two equal declarations counts as the first.
  ///
  /// - Parameter decoded: files that were already decoded, by position.
  public func read(_ inputs: [ManifestText], decoded: DecodedManifests = DecodedManifests()) -> ManifestResult {
    let files = ManifestReader.decode(inputs, decoded)
    var validator = Validator(
      files.flatMap(\.documents), known: known, isPartlyUnknown: files.contains { $0.isPartlyUnknown })
    validator.validate()
    var problems = files.map(\.problems)
    for finding in validator.findings { problems[finding.file].append(finding.problem) }
    let diagnostics = DiagnosticAssembly(inputs: inputs, secrets: files.map(\.secrets)).diagnostics(
      problems, further: validator.uncountedFindings)
    guard !diagnostics.contains(where: { $0.severity == .error }) else { return .invalid(diagnostics) }
    let state = DesiredState(declarations: validator.declarations(displayPaths: inputs.map(\.displayPath)))
    if Parts.divides(state.declarations.count) {
      // A hundred thousand drafts are freed in the background.
      let drafts = Drafts(files: consume files, validator: consume validator)
      DispatchQueue.global().async { withExtendedLifetime(drafts) {} }
    }
    return .valid(state, warnings: diagnostics)
  }

  /// Values that are useless once the declarations exist.
  private struct Drafts: Sendable {
    var files: [DecodedFile]
    var validator: Validator
  }

  /// Reads some files of a source while everything else is known. Returns `nil` if any file is invalid, or if the
  /// documents disagree with each other or with the known objects in any way: then the whole source must be read for
  /// the verdict. The warnings are those of single documents.
  ///
  /// - Parameter decoded: files that were already decoded, by position.
  public func readPart(
    _ inputs: [ManifestText], decoded: DecodedManifests = DecodedManifests()
  ) -> (desired: DesiredState, warnings: [Diagnostic])? {
    let files = ManifestReader.decode(inputs, decoded)
    guard !files.contains(where: { $0.isPartlyUnknown }) else { return nil }
    var validator = Validator(files.flatMap(\.documents), known: known, isPartlyUnknown: false)
    validator.validate()
    guard validator.findings.isEmpty else { return nil }
    let diagnostics = DiagnosticAssembly(inputs: inputs, secrets: files.map(\.secrets)).diagnostics(
      files.map(\.problems))
    guard !diagnostics.contains(where: { $0.severity == .error }) else { return nil }
    return (DesiredState(declarations: validator.declarations(displayPaths: inputs.map(\.displayPath))), diagnostics)
  }

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
      return validator.recordedRows(recognizer).map { (nil, $0) } ?? (file, nil)
    }
    var kept = DecodedManifests()
    for (index, result) in results.enumerated() { if let file = result.0 { kept.files[index] = file } }
    return (kept, results.map { $0.1 })
  }

  /// Decodes files and passes the number of sound documents to a closure while all of them are in memory. Measured by
  /// the benchmark.
  package static func withSoundDocuments(in inputs: [ManifestText], _ body: (Int) -> Void) {
    let files = decode(inputs)
    body(files.reduce(0) { $0 + $1.documents.count { $0.isSound } })
    withExtendedLifetime(files) {}
  }

  /// Decodes files in parallel, except those that were already decoded. Results are in the order of the input.
  static func decode(_ inputs: [ManifestText], _ decoded: DecodedManifests = DecodedManifests()) -> [DecodedFile] {
    forEach(inputs) { index in
      var file = decoded.files[index] ?? decode(inputs[index], number: index)
      // It may have had another position then.
      for document in file.documents.indices where file.documents[document].file != index {
        file.documents[document].file = index
      }
      return file
    }
  }

  /// Maps each file by its position; in parallel if that is worth it.
  static func forEach<Result: Sendable>(
    _ inputs: [ManifestText], _ body: @Sendable (Int) -> Result
  ) -> [Result] {
    let isSmall = inputs.count < 2 || inputs.reduce(0) { $0 + $1.bytes.count } < 64 << 10
    if isSmall { return inputs.indices.map(body) }
    return [Result](concurrently: inputs.count, body)
  }

  static func decode(_ input: ManifestText, number: Int) -> DecodedFile {
    if input.bytes.count > 4 << 10 { berth_anticipate_allocations(96 << 10) }
    let directory = input.relativePath.utf8.split(separator: UInt8(ascii: "/")).dropLast().map { String(Substring($0)) }
    return input.bytes.withUnsafeBufferPointer { DecodedFile($0, number: number, directory: directory) }
  }
}
