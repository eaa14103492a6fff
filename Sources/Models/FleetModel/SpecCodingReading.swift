/// The fields of one object of a canonical text; each is taken once, and none may be left at the end.
struct SpecFields {
  private let path: String
  private var fields: [String: SpecTextNode]

  /// Makes the fields of a node, which must be an object.
  init(_ node: SpecTextNode, at path: String) throws(SpecTextDamage) {
    guard case .object(let fields) = node else {
      throw SpecTextDamage(reason: "\(path.isEmpty ? "it" : path) is not an object")
    }
    self.path = path
    self.fields = fields
  }

  private func place(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
  private func wrong(_ name: String, _ what: String) -> SpecTextDamage {
    SpecTextDamage(reason: "\(place(name)) is not \(what)")
  }

  /// Throws if a field is left that nobody took.
  func finish() throws(SpecTextDamage) {
    guard let left = fields.keys.min() else { return }
    throw SpecTextDamage(reason: "unknown field \(place(left))")
  }

  mutating func take(_ name: String) -> SpecTextNode? { fields.removeValue(forKey: name) }

  mutating func takeObject(_ name: String) throws(SpecTextDamage) -> SpecFields {
    guard let node = take(name) else { throw SpecTextDamage(reason: "\(place(name)) is missing") }
    return try SpecFields(node, at: place(name))
  }

  mutating func takeObjectIfPresent(_ name: String) throws(SpecTextDamage) -> SpecFields? {
    guard let node = take(name) else { return nil }
    return try SpecFields(node, at: place(name))
  }

  mutating func takeStringIfPresent(_ name: String) throws(SpecTextDamage) -> String? {
    guard let node = take(name) else { return nil }
    guard case .string(let text) = node else { throw wrong(name, "a text") }
    return text
  }

  mutating func takeString(_ name: String) throws(SpecTextDamage) -> String {
    guard let text = try takeStringIfPresent(name) else { throw SpecTextDamage(reason: "\(place(name)) is missing") }
    return text
  }

  mutating func takeIntegerIfPresent(_ name: String) throws(SpecTextDamage) -> Int64? {
    guard let node = take(name) else { return nil }
    guard case .integer(let value) = node else { throw wrong(name, "an integer") }
    return value
  }

  mutating func takeInteger(_ name: String) throws(SpecTextDamage) -> Int64 {
    guard let value = try takeIntegerIfPresent(name) else {
      throw SpecTextDamage(reason: "\(place(name)) is missing")
    }
    return value
  }

  mutating func takeSpan(_ name: String) throws(SpecTextDamage) -> TimeSpan? {
    try takeIntegerIfPresent(name).map { TimeSpan(nanoseconds: $0) }
  }

  mutating func takeBool(_ name: String, default usual: Bool) throws(SpecTextDamage) -> Bool {
    guard let node = take(name) else { return usual }
    guard case .bool(let value) = node else { throw wrong(name, "true or false") }
    return value
  }

  /// Takes a string that is one of an enumeration's raw values.
  mutating func takeWord<Word: RawRepresentable>(
    _ name: String, default usual: Word
  ) throws(SpecTextDamage) -> Word where Word.RawValue == String {
    guard let text = try takeStringIfPresent(name) else { return usual }
    guard let word = Word(rawValue: text) else { throw wrong(name, "a known word") }
    return word
  }

  mutating func takeArray(_ name: String) throws(SpecTextDamage) -> [SpecTextNode] {
    guard let node = take(name) else { return [] }
    guard case .array(let elements) = node else { throw wrong(name, "a list") }
    return elements
  }

  mutating func takeStrings(_ name: String) throws(SpecTextDamage) -> [String] {
    var texts: [String] = []
    for element in try takeArray(name) {
      guard case .string(let text) = element else { throw wrong(name, "a list of texts") }
      texts.append(text)
    }
    return texts
  }

  mutating func takeDictionary(_ name: String) throws(SpecTextDamage) -> [String: SpecTextNode] {
    guard let node = take(name) else { return [:] }
    guard case .object(let fields) = node else { throw wrong(name, "an object") }
    return fields
  }

  /// Returns a string, or the reference in `{"fromEnv": …}` or `{"fromFile": …}`.
  func textOrSecret(_ node: SpecTextNode, at name: String) throws(SpecTextDamage) -> TextOrSecret {
    if case .string(let text) = node { return .text(text) }
    var fields = try SpecFields(node, at: place(name))
    let variable = try fields.takeStringIfPresent("fromEnv")
    let file = try fields.takeStringIfPresent("fromFile")
    try fields.finish()
    switch (variable, file) {
    case (let variable?, nil): return .secret(.fromEnv(variable))
    case (nil, let file?): return .secret(.fromFile(file))
    default: throw wrong(name, "a text or a reference")
    }
  }
}
