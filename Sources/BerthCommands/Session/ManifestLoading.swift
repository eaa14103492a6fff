import Diagnostics
import FleetModel
import ManifestSources
import Manifests
import Reconciliation
import SystemCalls
import SystemPackage

/// Manifests that are valid as a whole.
struct LoadedManifests {
  var desired: DesiredState
  var warnings: [Diagnostic]
  /// Number of files.
  var files: Int
}

/// The manifests that the command line names, read from files and standard input.
struct ManifestLoading {
  private let reading: ManifestReading
  private let inputs: [ManifestInput]
  /// Whether standard input was read.
  let usedStandardInput: Bool

  /// Whether the whole input is one directory, so that objects it does not declare are gone.
  var isDirectory: Bool { reading.binding != nil }

  /// Reads all inputs.
  ///
  /// - Parameter known: files that are skipped as long as they have their stamps.
  /// - Throws: `ManifestSourceError`; `CommandError.system` when standard input can't be read.
  init(_ options: ManifestOptions, knowing known: [String: KnownFile] = [:]) throws {
    usedStandardInput = options.all.contains("-")
    inputs = try options.all.map { path throws -> ManifestInput in
      guard path == "-" else { return .path(path) }
      do throws(SystemFailure) {
        return .standardInput(
          try FileDescriptor.standardInput.readAll(from: path, limit: ManifestLimits.fileSize))
      } catch {
        throw CommandError.system(
          "standard input can't be read, or is too long", hint: "name files or directories instead")
      }
    }
    reading = try ManifestDirectory.read(inputs, knowing: known)
  }

  /// The one directory that is the whole input; `nil` for any other input.
  var binding: String? { reading.binding }

  /// Whether no file has a document: nothing but white space, comments and the marks between documents.
  func isBlank() throws -> Bool {
    let reading = try wholeReading()
    return reading.problems.isEmpty && reading.files.allSatisfy { Self.isBlank($0.bytes) }
  }

  /// Returns the reading with the bytes of every file, reading again if some were skipped.
  private func wholeReading() throws -> ManifestReading {
    reading.files.contains { $0.isAsBefore } ? try ManifestDirectory.read(inputs) : reading
  }

  /// Whether bytes have no document. Stops at the first line that is neither blank nor a comment.
  private static func isBlank(_ bytes: [UInt8]) -> Bool {
    let blanks: [UInt8] = [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n")]
    var rest = bytes[...].drop { blanks.contains($0) }
    while let first = rest.first {
      let line = rest.prefix { $0 != UInt8(ascii: "\n") }
      guard first == UInt8(ascii: "#") || line.elementsEqual("---".utf8) else { return false }
      rest = rest.dropFirst(line.count).drop { blanks.contains($0) }
    }
    return true
  }

  /// Returns the files, to be decoded as far as that is needed.
  ///
  /// - Parameter decoded: all that the files declare, if it is known already.
  func files(decoded: (desired: DesiredState, warnings: [Diagnostic])? = nil) -> ManifestFiles {
    let inputs = inputs
    return ManifestFiles(reading, program: Surroundings.program, decoded: decoded) {
      try ManifestDirectory.read(inputs)
    }
  }

  /// Decodes and validates the manifests.
  ///
  /// - Throws: `CommandError.invalid` with everything that is wrong.
  func load(known: KnownObjects = KnownObjects()) throws -> LoadedManifests {
    let reading = try wholeReading()
    do throws(InvalidManifests) {
      let (desired, warnings) = try ManifestIntake.desired(reading, known: known, secrets: LocalSecrets())
      return LoadedManifests(
        desired: desired, warnings: warnings, files: reading.files.count)
    } catch {
      throw CommandError.invalid(error.diagnostics)
    }
  }
}
