import Diagnostics
import EngineInterface
import FleetModel
import ManifestSources
import Manifests

/// Manifests that are wrong, with everything that is.
public struct InvalidManifests: Error, Sendable, Hashable {
  /// Errors and warnings, in the order of the files.
  public var diagnostics: [Diagnostic]
}

/// Makes a desired state of files: decodes them, validates them as a whole, and holds the secrets that the state's columns will
/// keep to the rules of literal ones.
public enum ManifestIntake {
  /// Takes in what was read.
  ///
  /// - Parameters:
  ///   - known: what may be referred to beside it.
  ///   - secrets: looks references up; one that can't be looked up here is not judged.
  ///   - decoded: what was decoded of the files already, by their positions.
  /// - Returns: the desired state with the warnings.
  public static func desired(
    _ reading: ManifestReading, known: KnownObjects, secrets: any SecretResolver,
    decoded: DecodedManifests = DecodedManifests()
  ) throws(InvalidManifests) -> (desired: DesiredState, warnings: [Diagnostic]) {
    let texts = reading.files.map(\.text)
    let problems = reading.problems
    switch ManifestReader(known: known).read(texts, decoded: decoded) {
    case .valid(let desired, let warnings) where !problems.contains { $0.severity == .error }:
      // Only columns of these are looked at, and they come first.
      let withColumns = desired.declarations.prefix { $0.identity.kind == .organization || $0.identity.kind == .user }
      let flaws = withColumns.sorted { $0.place < $1.place }.flatMap { declaration in
        declaration.problems { reference in
          if case .success(let value) = secrets.resolve(reference, root: reading.binding) { value } else { nil }
        }
      }
      guard flaws.isEmpty else { throw InvalidManifests(diagnostics: warnings + flaws) }
      return (desired, problems + warnings)
    case .valid(_, let warnings): throw InvalidManifests(diagnostics: problems + warnings)
    case .invalid(let diagnostics): throw InvalidManifests(diagnostics: problems + diagnostics)
    }
  }
}
