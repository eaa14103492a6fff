/// Quantities as a manifest spells them.
extension Resources {
  /// Spells an amount of memory exactly, with the shortest number, binary units before decimal ones: `16Gi`, `512Mi`,
  /// `16G`. An amount that no unit divides is a fraction of a decimal one, `1.025k`, because manifests have no unit for
  /// bytes.
  public static func ramText(bytes: Int64) -> String {
    let units = [binaryUnits, decimalUnits].compactMap { $0.first { bytes % $0.size == 0 && bytes != 0 } }
    let spellings = units.map { (digits: "\(bytes / $0.size)", unit: $0.name) }
    if let shortest = spellings.min(by: { $0.digits.utf8.count < $1.digits.utf8.count }) {
      return shortest.digits + shortest.unit
    }
    if bytes == 0 { return "0Ki" }
    let unit = decimalUnits.first { bytes.magnitude >= $0.size } ?? (name: "k", size: 1000)
    let size = UInt64(unit.size)
    var fraction = String(size + bytes.magnitude % size).dropFirst()
    while fraction.last == "0" { fraction.removeLast() }
    return "\(bytes < 0 ? "-" : "")\(bytes.magnitude / size).\(fraction)\(unit.name)"
  }

  /// Spells an amount of CPU: `4` cores, or `500m`.
  public static func cpuText(milli: Int64) -> String { milli % 1000 == 0 ? "\(milli / 1000)" : "\(milli)m" }

  /// Spells an amount of GPU: `1`, or `0.5`.
  public static func gpuText(milli: Int64) -> String {
    guard milli % 1000 != 0 else { return "\(milli / 1000)" }
    var fraction = String(1000 + (milli % 1000).magnitude).dropFirst()
    while fraction.last == "0" { fraction.removeLast() }
    return "\(milli < 0 ? "-" : "")\((milli / 1000).magnitude).\(fraction)"
  }

  /// Spells one dimension's amount.
  public func text(of dimension: Dimension) -> String {
    switch dimension {
    case .ram: Resources.ramText(bytes: ramBytes)
    case .cpu: Resources.cpuText(milli: cpuMilli)
    case .gpu: Resources.gpuText(milli: gpuMilli)
    }
  }

  /// All three dimensions, `ram 16Gi, cpu 4, gpu 1`; a GPU amount of 0 is left out.
  public var text: String {
    Dimension.allCases.filter { $0 != .gpu || gpuMilli != 0 }.map { "\($0.rawValue) \(text(of: $0))" }
      .joined(separator: ", ")
  }

  private static let binaryUnits: [(name: String, size: Int64)] = [
    ("Pi", 1 << 50), ("Ti", 1 << 40), ("Gi", 1 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10),
  ]
  private static let decimalUnits: [(name: String, size: Int64)] = [
    ("P", 1_000_000_000_000_000), ("T", 1_000_000_000_000), ("G", 1_000_000_000), ("M", 1_000_000), ("k", 1_000),
  ]
}

/// Strings as a manifest spells them on one line.
enum FlowText {
  /// Returns the string as it is where it can't be read as anything else in `[…]` or `{…}`, otherwise in quotes with
  /// escapes. Characters that a terminal might obey are left to the renderer.
  static func scalar(_ text: String) -> String {
    guard needsQuotes(text) else { return text }
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }

  /// Whether quotes are needed. Tested by bytes: all characters with a meaning in YAML are ASCII, and this is called for
  /// every string of a large plan.
  private static func needsQuotes(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      guard let first = bytes.first, let last = bytes.last else { return true }
      switch first {
      case UInt8(ascii: " "), UInt8(ascii: "!"), UInt8(ascii: "&"), UInt8(ascii: "*"), UInt8(ascii: "|"),
        UInt8(ascii: ">"), UInt8(ascii: "%"), UInt8(ascii: "@"), UInt8(ascii: "`"), UInt8(ascii: "#"):
        return true
      case UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: ":"), UInt8(ascii: "~"):
        if bytes.count == 1 || (first == UInt8(ascii: "-") && bytes[1] == UInt8(ascii: " ")) { return true }
      case UInt8(ascii: "n"): if bytes.elementsEqual("null".utf8) { return true }
      default: break
      }
      if last == UInt8(ascii: " ") || last == UInt8(ascii: ":") { return true }
      var before: UInt8 = 0
      for byte in bytes {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"),
          UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"):
          return true
        case UInt8(ascii: " ") where before == UInt8(ascii: ":"): return true
        case UInt8(ascii: "#") where before == UInt8(ascii: " "): return true
        default: before = byte
        }
      }
      return false
    }
  }

  /// `[python, train.py]`.
  static func list(_ texts: [String]) -> String { "[" + texts.map(scalar).joined(separator: ", ") + "]" }

  /// `{fromEnv: HF_TOKEN}`.
  static func reference(_ reference: SecretReference) -> String {
    switch reference {
    case .fromEnv(let name): "{fromEnv: \(scalar(name))}"
    case .fromFile(let path): "{fromFile: \(scalar(path))}"
    }
  }
}
