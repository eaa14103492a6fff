import FleetModel
import Glibc
import ManifestSources
import Manifests
import PlanModel
import StateStore

/// Finds places of the fields that suggestions change: in the given manifests, or in the files that the source was last
/// applied from. Fields that are not found get no place; their path is enough.
struct EditPlaces {
  let store: StateStore
  /// State declared by the given manifests.
  let declared: DesiredState?
  /// Sources that own the objects to change, by name.
  let sources: [String: SourceRecord]
  /// Their files, cached.
  private var files: [String: SourceFiles?] = [:]
  /// Directories that were read completely.
  private var directories: [String: [ManifestFile]] = [:]
  /// Keys of the objects looked up so far, with their file.
  private var found: [ObjectIdentity: (file: String, keys: [String: FieldPlaces.Place])?] = [:]

  init(store: StateStore, declared: DesiredState?, sources: [String: SourceRecord]) {
    self.store = store
    self.sources = sources
    self.declared = declared
  }

  /// Names of the sources whose objects an explanation suggests to change.
  static func sourceNames(_ explanation: Explanation) -> [String] {
    let edits = explanation.suggestions.flatMap(\.remedies)
    return Set(edits.compactMap { if case .edit(let edit) = $0 { edit.source } else { nil } }).sorted()
  }

  /// Sets the places of all edits.
  mutating func enter(into explanation: inout Explanation) throws {
    for index in explanation.suggestions.indices {
      for number in explanation.suggestions[index].remedies.indices {
        guard case .edit(var edit) = explanation.suggestions[index].remedies[number],
          let (file, keys) = try keys(of: edit)
        else { continue }
        for place in edit.fields.indices {
          guard let key = Self.nearest(edit.fields[place].path, in: keys) else { continue }
          edit.fields[place].place = .init(file: file, line: key.line, column: key.column)
        }
        explanation.suggestions[index].remedies[number] = .edit(edit)
      }
    }
  }

  /// Place of the key, or of its nearest parent.
  private static func nearest(_ path: String, in keys: [String: FieldPlaces.Place]) -> FieldPlaces.Place? {
    var parts = path.split(separator: ".")
    while !parts.isEmpty {
      if let place = keys[parts.joined(separator: ".")] { return place }
      parts.removeLast()
    }
    return nil
  }

  private mutating func keys(of edit: ManifestEdit) throws -> (file: String, keys: [String: FieldPlaces.Place])? {
    if let known = found[edit.object] { return known }
    var result: (file: String, keys: [String: FieldPlaces.Place])?
    if let path = try file(of: edit) {
      if let file = Self.files(at: path).first, let keys = FieldPlaces.keys(of: edit.object, in: file.bytes) {
        result = (Self.shown(path), keys)
      }
    } else if let binding = sources[edit.source]?.binding {
      // The object's file is not recorded.
      let files = directories[binding] ?? Self.files(at: binding)
      directories[binding] = files
      for file in files {
        guard let keys = FieldPlaces.keys(of: edit.object, in: file.bytes) else { continue }
        result = (Self.shown(file.displayPath), keys)
        break
      }
    }
    found[edit.object] = .some(result)
    return result
  }

  private mutating func file(of edit: ManifestEdit) throws -> String? {
    if let declaration = declared?.declarations.first(where: { $0.identity == edit.object }) {
      return declaration.place.file
    }
    guard let row = try row(of: edit.object), let source = sources[edit.source], let binding = source.binding
    else { return nil }
    if files[edit.source] == nil { files[edit.source] = .some(try store.files(of: source.id)) }
    guard let known = files[edit.source] ?? nil else { return nil }
    let file = known.files.values.filter { $0.rows.contains { $0.kind == edit.object.kind && $0.number == row } }
      .map(\.path).min()
    return file.map { $0.hasPrefix("/") ? $0 : "\(binding)/\($0)" }
  }

  private func row(of object: ObjectIdentity) throws -> Int64? {
    switch object {
    case .organization: nil
    case .user(let name): try store.users(ObjectFilter(name: name)).first?.id.value
    case .cluster(let identity): try store.clusters(ObjectFilter(identity)).first?.id.value
    case .deployment(let identity): try store.deployments(ObjectFilter(identity)).first?.id.value
    }
  }

  /// Files at a path; empty if they can't be read or are too large to search for a mere hint.
  private static func files(at path: String) -> [ManifestFile] {
    do {
      let files = try ManifestDirectory.read([.path(path)]).files
      return files.reduce(0) { $0 + $1.bytes.count } > mostBytes ? [] : files
    } catch {
      return []
    }
  }

  private static let mostBytes = 16 << 20

  /// A path relative to the working directory if it is inside.
  static func shown(_ file: String) -> String {
    let here = Surroundings.workingDirectory + "/"
    if file + "/" == here { return "." }
    return file.hasPrefix(here) ? String(file.dropFirst(here.count)) : file
  }
}
