/// The grammar of image references, as the distribution project defines it:
///
///     reference  = name [":" tag] ["@" digest]          name = [domain "/"] component *("/" component), 255 at most
///     domain     = host [":" port]                      host = labels with dots between them, or an IPv6 address in []
///     component  = alphanumerics, with ".", "_", "__" or any number of "-" between them; lower case only
///     tag        = word character, then at most 127 of word characters, "." and "-"
///     digest     = algorithm ":" 32 or more hexadecimal digits; sha256 has 64, sha512 128
enum ImageReference {
  /// A flaw in a reference and how to fix it.
  struct Flaw {
    var what: String
    var hint: String?
  }

  /// Returns the first flaw of a text; `nil` if it is a reference.
  static func flaw(in bytes: UnsafeBufferPointer<UInt8>) -> Flaw? {
    var rest = bytes[...]
    guard !rest.isEmpty else { return Flaw(what: "it is empty", hint: "write name:tag") }
    if let at = rest.lastIndex(of: UInt8(ascii: "@")) {
      if let flaw = digestFlaw(rest[(at + 1)...]) { return flaw }
      rest = rest[..<at]
    }
    let lastSlash = rest.lastIndex(of: slash)
    if let mark = rest.lastIndex(of: colon), mark > lastSlash ?? -1 {
      guard isTag(rest[(mark + 1)...]) else {
        return Flaw(
          what: "the tag is malformed", hint: "use at most 128 letters, digits, \"_\", \".\" and \"-\"")
      }
      rest = rest[..<mark]
    }
    guard !rest.isEmpty else { return Flaw(what: "it has no name", hint: "write name:tag") }
    guard rest.count <= 255 else { return Flaw(what: "the name has more than 255 characters", hint: nil) }
    return nameFlaw(rest, suffix: bytes[rest.endIndex...])
  }

  private typealias Bytes = Slice<UnsafeBufferPointer<UInt8>>
  private static let slash = UInt8(ascii: "/")
  private static let colon = UInt8(ascii: ":")

  private static func nameFlaw(_ name: Bytes, suffix: Bytes) -> Flaw? {
    var rest = name
    if let end = name.firstIndex(of: slash), isDomainLike(name[..<end]) {
      guard isDomain(name[..<end]) else { return Flaw(what: "the registry's host is malformed", hint: nil) }
      rest = name[(end + 1)...]
    }
    var start = rest.startIndex
    while true {
      let end = rest[start...].firstIndex(of: slash) ?? rest.endIndex
      if !isComponent(rest[start..<end]) { return componentFlaw(rest[start..<end], name, suffix) }
      if end == rest.endIndex { return nil }
      start = end + 1
    }
  }

  private static func componentFlaw(_ part: Bytes, _ name: Bytes, _ suffix: Bytes) -> Flaw {
    if part.isEmpty { return Flaw(what: "a part of the name is empty", hint: nil) }
    if part.contains(where: NameGrammar.isUpper) {
      var text = String(decoding: name, as: UTF8.self).lowercased() + String(decoding: suffix, as: UTF8.self)
      let isFine = text.withUTF8 { flaw(in: $0) } == nil
      if isFine { return Flaw(what: "image names are lower case", hint: "write \"\(text)\"") }
    }
    return Flaw(
      what: "the name is malformed",
      hint: "use lower-case letters and digits, with \".\", \"_\" or \"-\" between them")
  }

  /// Whether the first part names a registry: it has a dot, a port or capital letters, which a part of the name can't
  /// have.
  private static func isDomainLike(_ part: Bytes) -> Bool {
    part.contains { $0 == UInt8(ascii: ".") || $0 == colon || $0 == UInt8(ascii: "[") || NameGrammar.isUpper($0) }
      || part.elementsEqual("localhost".utf8)
  }

  private static func isDomain(_ part: Bytes) -> Bool {
    var host = part
    if let mark = part.lastIndex(of: colon), part.last != UInt8(ascii: "]") {
      let port = part[(mark + 1)...]
      guard !port.isEmpty, port.allSatisfy(NameGrammar.isDigit) else { return false }
      host = part[..<mark]
    }
    if host.first == UInt8(ascii: "["), host.last == UInt8(ascii: "]") {
      let address = host.dropFirst().dropLast()
      return !address.isEmpty && address.allSatisfy { isHexDigit($0) || $0 == colon }
    }
    while let dot = host.firstIndex(of: UInt8(ascii: ".")) {
      guard isDomainLabel(host[..<dot]) else { return false }
      host = host[(dot + 1)...]
    }
    return isDomainLabel(host)
  }

  private static func isDomainLabel(_ label: Bytes) -> Bool {
    guard let first = label.first, let last = label.last else { return false }
    return isLetterOrDigit(first) && isLetterOrDigit(last)
      && label.allSatisfy { isLetterOrDigit($0) || $0 == NameGrammar.dash }
  }

  private static func isComponent(_ part: Bytes) -> Bool {
    guard let first = part.first, let last = part.last, NameGrammar.isAlphanumeric(first),
      NameGrammar.isAlphanumeric(last)
    else { return false }
    var index = part.startIndex
    while index < part.endIndex {
      if NameGrammar.isAlphanumeric(part[index]) {
        index += 1
        continue
      }
      let separator = part[index]
      let end = part[index...].firstIndex { $0 != separator } ?? part.endIndex
      switch (separator, end - index) {
      case (UInt8(ascii: "."), 1), (UInt8(ascii: "_"), 1...2), (NameGrammar.dash, _): break
      default: return false
      }
      guard NameGrammar.isAlphanumeric(part[end]) else { return false }
      index = end
    }
    return true
  }

  private static func isTag(_ tag: Bytes) -> Bool {
    guard let first = tag.first, tag.count <= 128, isWord(first) else { return false }
    return tag.allSatisfy { isWord($0) || $0 == UInt8(ascii: ".") || $0 == NameGrammar.dash }
  }

  private static func digestFlaw(_ digest: Bytes) -> Flaw? {
    let flaw = Flaw(what: "the digest is malformed", hint: "write @sha256: and 64 hexadecimal digits")
    guard let mark = digest.firstIndex(of: colon) else { return flaw }
    let algorithm = digest[..<mark]
    let value = digest[(mark + 1)...]
    let isAlgorithm = algorithm.split(omittingEmptySubsequences: false) { "+._-".utf8.contains($0) }.allSatisfy {
      guard let first = $0.first else { return false }
      return isLetterOrDigit(first) && !NameGrammar.isDigit(first) && $0.allSatisfy(isLetterOrDigit)
    }
    let count: Int? =
      algorithm.elementsEqual("sha256".utf8) ? 64 : algorithm.elementsEqual("sha512".utf8) ? 128 : nil
    guard isAlgorithm, value.count >= 32, count == nil || count == value.count, value.allSatisfy(isHexDigit) else {
      return flaw
    }
    return nil
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    NameGrammar.isDigit(byte) || (byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "f"))
      || (byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "F"))
  }
  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    NameGrammar.isAlphanumeric(byte) || NameGrammar.isUpper(byte)
  }
  private static func isWord(_ byte: UInt8) -> Bool { isLetterOrDigit(byte) || byte == UInt8(ascii: "_") }
}
