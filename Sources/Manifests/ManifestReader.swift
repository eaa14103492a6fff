import CLinux
import Diagnostics
import Dispatch
import FleetModel

/// What came of reading manifests.
public enum ManifestResult: Sendable {
  /// They are valid as a whole; the warnings are sorted by place.
  case valid(DesiredState, warnings: [Diagnostic])
  /// They are not, for at least one error; errors and warnings of the whole input, sorted by place.
  case invalid([Diagnostic])

  /// Errors and warnings, sorted by place.
  public var diagnostics: [Diagnostic] {
    switch self {
    case .valid(_, let warnings): warnings
    case .invalid(let diagnostics): diagnostics
    }
  }
}

/// Turns the bytes of manifests into a desired state: decodes every file, checks the documents against each other, and
/// reports all that is wrong at once. Pure: the same input gives the same result, whatever the number of threads.
public struct ManifestReader: Sendable {
  let known: KnownObjects

  /// Makes a reader that accepts references to what is known from other sources.
  public init(known: KnownObjects = KnownObjects()) { self.known = known }

  /// Reads files. Their order decides only which of two equal declarations is called the first one.
  ///
  /// - Parameter decoded: what was decoded of them already, by their positions.
  public func read(_ inputs: [ManifestText], decoded: DecodedManifests = DecodedManifests()) -> ManifestResult {
    let files = ManifestReader.decode(inputs, decoded)
    var validator = Validator(
      files.flatMap(\.documents), known: known, isPartlyUnknown: files.contains { $0.isPartlyUnknown })
    validator.validate()
    var problems = files.map(\.problems)
    for finding in validator.findings { problems[finding.file].append(finding.problem) }
    let diagnostics = DiagnosticAssembly(inputs: inputs, secrets: files.map(\.secrets)).diagnostics(problems)
    guard !diagnostics.contains(where: { $0.severity == .error }) else { return .invalid(diagnostics) }
    let state = DesiredState(declarations: validator.declarations(displayPaths: inputs.map(\.displayPath)))
    if Parts.divides(state.declarations.count) {
      // A hundred thousand drafts are given back beside what comes next.
      let drafts = Drafts(files: consume files, validator: consume validator)
      DispatchQueue.global().async { withExtendedLifetime(drafts) {} }
    }
    return .valid(state, warnings: diagnostics)
  }

  /// What is of no use any more once it has become declarations.
  private struct Drafts: Sendable {
    var files: [DecodedFile]
    var validator: Validator
  }

  /// Reads a part of a source's files, beside which all else is known: nil where any file is wrong, or where the documents don't
  /// agree with each other or with what is known in whatever way, so that the whole source is to be read for the verdict.
  /// The warnings are those of single documents.
  ///
  /// - Parameter decoded: what was decoded of them already, by their positions.
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

  /// Decodes files and hands the number of documents that are sound by themselves to a body, while all of them are there:
  /// what the benchmark measures.
  package static func withSoundDocuments(in inputs: [ManifestText], _ body: (Int) -> Void) {
    let files = decode(inputs)
    body(files.reduce(0) { $0 + $1.documents.count { $0.isSound } })
    withExtendedLifetime(files) {}
  }

  /// Decodes files, several at a time, all but those that were decoded already; the results stand in the order of the input.
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

  /// What a body makes of each file, by position; several at a time where it is worth it.
  static func forEach<Result>(
    _ inputs: [ManifestText], _ body: @Sendable (Int) -> Result
  ) -> [Result] {
    let isSmall = inputs.count < 2 || inputs.reduce(0) { $0 + $1.bytes.count } < 64 << 10
    if isSmall { return inputs.indices.map(body) }
    return [Result](unsafeUninitializedCapacity: inputs.count) { results, count in
      // Safe: every iteration initializes its own element and no other, and all have ended when concurrentPerform returns.
      nonisolated(unsafe) let slots = results
      DispatchQueue.concurrentPerform(iterations: inputs.count) { index in
        slots.initializeElement(at: index, to: body(index))
      }
      count = inputs.count
    }
  }

  static func decode(_ input: ManifestText, number: Int) -> DecodedFile {
    if input.bytes.count > 4 << 10 { berth_anticipate_allocations(96 << 10) }
    let directory = input.relativePath.utf8.split(separator: UInt8(ascii: "/")).dropLast().map { String(Substring($0)) }
    return input.bytes.withUnsafeBufferPointer { DecodedFile($0, number: number, directory: directory) }
  }
}
