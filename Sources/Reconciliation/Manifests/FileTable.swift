import Diagnostics
import FleetCore
import FleetModel
import Manifests

/// The files of a source as they were applied last, as far as a watch or an apply knows them.
struct FileTable: Sendable {
  /// The noted files.
  var files: SourceFiles
  /// Objects of the noted files that are recorded unchanged in the loaded fleet; `nil` if that is unknown, because another
  /// process may have written since.
  var vouched: UnchangedObjects?
  /// Whether the table holds every file of the source, so that the former declarations of each are known.
  var isComplete = false
}

/// Files that were compared, to be noted in the table once what they declare is carried out.
struct FilesToNote {
  struct File {
    /// Position among the files that were read.
    var index: Int
    var declared: [(identity: ObjectIdentity, namesSecret: Bool)] = []
    /// The declared objects; `nil` unless all of them were recognized as recorded.
    var rows: [DeclaredRow]?
    /// Whether the file's objects may be vouched for from now on.
    var isPlain = true
  }
  var files: ManifestFiles
  var source: String
  /// Files that were decoded or recognized.
  var decoded: [File]
  /// Positions of files that are as noted in the table.
  var same: [Int] = []
  /// Paths that the table has and the source no longer has.
  var gone: [String]
  /// Objects that are vouched for, besides those of decoded files.
  var vouched: UnchangedObjects
  /// Whether all other files are as the table has them.
  var isPart: Bool
}

extension FilesToNote.File {
  /// Returns an entry for each of the decoded files at `indices`, with its declarations. A file with a warning or a renamed
  /// object is not plain.
  static func entries(
    at indices: [Int], of files: ManifestFiles, declaring declarations: [Declaration], warnings: [Diagnostic]
  ) -> [FilesToNote.File] {
    let read = files.reading.files
    var positions: [String: Int] = [:]
    var entries: [FilesToNote.File] = []
    for index in indices {
      positions[read[index].displayPath] = entries.count
      entries.append(FilesToNote.File(index: index))
    }
    // Consecutive declarations mostly come from one file.
    var last: (file: String, position: Int)?
    for declaration in declarations {
      if last?.file != declaration.place.file {
        guard let position = positions[declaration.place.file] else { continue }
        last = (declaration.place.file, position)
      }
      guard let position = last?.position else { continue }
      entries[position].declared.append((declaration.identity, declaration.namesSecret))
      if declaration.metadata.renamedFrom != nil { entries[position].isPlain = false }
    }
    for warning in warnings {
      if let position = warning.place.flatMap({ positions[$0.file] }) { entries[position].isPlain = false }
    }
    return entries
  }
}

extension Declaration {
  /// Whether the object refers to a secret.
  fileprivate var namesSecret: Bool {
    switch spec {
    case .deployment(let spec): !spec.secretReferences.isEmpty
    case .user(let spec): if case .reference = spec.hashedPassword { true } else { false }
    case .organization(let spec): if case .reference = spec.inviteCode { true } else { false }
    case .cluster: false
    }
  }
}
