import FleetModel

/// Finds the fields of an object's manifest in a file that was read and found valid before.
public enum FieldPlaces {
  /// The place of a key: 1-based line and column, the column in Unicode scalars.
  public struct Place: Hashable, Sendable {
    /// 1-based.
    public var line: Int
    /// 1-based.
    public var column: Int
  }

  /// Returns the places of all keys of the document that declares an object, by their path, such as
  /// `spec.resources.gpu`. Keys within lists are left out. `nil` if no document of the file declares it, as far as
  /// the file could be read.
  public static func keys(of object: ObjectIdentity, in bytes: [UInt8]) -> [String: Place]? {
    bytes.withUnsafeBufferPointer { buffer in
      var reader = EventReader(buffer)
      while reader.advance() {
        guard reader.event.kind == .documentStart else { continue }
        var document = KeyedDocument()
        document.read(&reader)
        if document.declares(object) { return document.places }
      }
      return nil
    }
  }
}

/// The keys of one document, with the few scalars that identify what it declares.
private struct KeyedDocument {
  private(set) var places: [String: FieldPlaces.Place] = [:]
  private var texts: [String: String] = [:]

  /// A map or list that is being read.
  private struct Level {
    /// `nil` within a list, where keys have no path.
    var path: String?
    var isMapping: Bool
    /// In a map, the path of the key whose value comes next; `nil` if a key comes next.
    var key: String?
    var isAtValue = false
  }

  mutating func read(_ reader: inout EventReader) {
    var levels: [Level] = []
    while reader.advance() {
      let event = reader.event
      switch event.kind {
      case .documentEnd, .streamEnd: return
      case .mappingStart, .sequenceStart:
        let path = levels.isEmpty ? "" : levels[levels.count - 1].isMapping ? levels[levels.count - 1].key : nil
        finishValue(&levels)
        levels.append(Level(path: event.kind == .mappingStart ? path : nil, isMapping: event.kind == .mappingStart))
      case .mappingEnd, .sequenceEnd: if !levels.isEmpty { levels.removeLast() }
      case .scalar: take(event, &levels)
      case .alias, .documentStart, .streamStart: break
      }
    }
  }

  private mutating func take(_ event: Event, _ levels: inout [Level]) {
    guard let last = levels.indices.last, levels[last].isMapping else { return }
    if levels[last].isAtValue {
      if let key = levels[last].key, Self.telling.contains(key) { texts[key] = event.text }
      finishValue(&levels)
      return
    }
    levels[last].isAtValue = true
    levels[last].key = levels[last].path.map { $0.isEmpty ? event.text : "\($0).\(event.text)" }
    if let key = levels[last].key, places[key] == nil {
      places[key] = FieldPlaces.Place(line: Int(event.span.line), column: Int(event.span.column))
    }
  }

  private func finishValue(_ levels: inout [Level]) {
    guard let last = levels.indices.last else { return }
    levels[last].isAtValue = false
    levels[last].key = nil
  }

  private static let telling: Set<String> = ["kind", "metadata.name", "spec.cluster", "spec.organization"]

  func declares(_ object: ObjectIdentity) -> Bool {
    guard texts["kind"] == object.kind.rawValue else { return false }
    switch object {
    case .organization(let name), .user(let name): return texts["metadata.name"] == name
    case .cluster(let identity):
      return texts["metadata.name"] == identity.name && texts["spec.organization"] == identity.organization
    case .deployment(let identity):
      return texts["metadata.name"] == identity.name && texts["spec.cluster"] == identity.cluster.text
    }
  }
}
