import Diagnostics
import EngineInterface
import FleetModel
import ManifestSources
import Manifests

/// Invalid manifests, with every error found.
public struct InvalidManifests: Error, Sendable, Hashable {
  /// Errors and warnings, in the order of the files.
  public var diagnostics: [Diagnostic]
}

/// Turns files into a desired state: decodes them, validates them as a whole, and checks that secrets for the state's columns
/// keep the rules of literal values.
public enum ManifestIntake {
  /// Returns the desired state that files declare, with the warnings about them.
  ///
  /// - Parameters:
  ///   - known: objects outside of the files that they may refer to.
  ///   - secrets: resolver of references; one that can't be resolved here is not checked.
  ///   - decoded: parts of the files that are decoded already, by their positions.
  public static func desired(
    _ reading: ManifestReading, known: KnownObjects, secrets: any SecretResolver,
    decoded: DecodedManifests = DecodedManifests()
  ) throws(InvalidManifests) -> (desired: DesiredState, warnings: [Diagnostic]) {
    let texts = reading.files.map(\.text)
    let problems = reading.problems
    switch ManifestReader(known: known).read(texts, decoded: decoded) {
    case .valid(let desired, let warnings) where !problems.contains { $0.severity == .error }:
      // Only organizations and users have such columns, and they come first.
      let withColumns = desired.declarations.prefix { $0.identity.kind == .organization || $0.identity.kind == .user }
      func value(of reference: SecretReference) -> SecretText? {
        if case .success(let value) = secrets.resolve(reference, root: reading.binding) { value } else { nil }
      }
      let flaws =
        withColumns.sorted { $0.place < $1.place }.flatMap { $0.problems(ofResolved: value) }
        + desired.problems(ofInviteCodesBeside: known, value: value)
      guard flaws.isEmpty else { throw InvalidManifests(diagnostics: warnings + flaws) }
      return (desired, problems + warnings)
    case .valid(_, let warnings): throw InvalidManifests(diagnostics: problems + warnings)
    case .invalid(let diagnostics): throw InvalidManifests(diagnostics: problems + diagnostics)
    }
  }
}
