/// Quantities as a manifest spells them.
extension Resources {
  /// Spells an amount of memory exactly, with the shortest number, binary units before decimal ones: `16Gi`, `512Mi`,
  /// `16G`. An amount that no unit divides is a fraction of a decimal one, `1.025k`, because manifests have no unit for
  /// bytes.
  public static func ramText(bytes: Int64) -> String {
    let units = [MemoryUnit.binary, MemoryUnit.decimal].compactMap { units in
      units.last { bytes % $0.bytes == 0 && bytes != 0 }
    }
    let spellings = units.map { (digits: "\(bytes / $0.bytes)", unit: $0.name) }
    if let shortest = spellings.min(by: { $0.digits.utf8.count < $1.digits.utf8.count }) {
      return shortest.digits + shortest.unit
    }
    if bytes == 0 { return "0Ki" }
    let unit = MemoryUnit.decimal.last { bytes.magnitude >= $0.bytes } ?? MemoryUnit.decimal[0]
    let size = UInt64(unit.bytes)
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

  /// Spells an amount of one dimension, given in its whole units (bytes or thousandths).
  public static func text(_ amount: Int64, of dimension: Dimension) -> String {
    switch dimension {
    case .ram: ramText(bytes: amount)
    case .cpu: cpuText(milli: amount)
    case .gpu: gpuText(milli: amount)
    }
  }

  /// Spells one dimension's amount.
  public func text(of dimension: Dimension) -> String { Resources.text(self[dimension], of: dimension) }

  /// All three dimensions, `ram 16Gi, cpu 4, gpu 1`; a GPU amount of 0 is left out.
  public var text: String {
    Dimension.allCases.filter { $0 != .gpu || gpuMilli != 0 }.map { "\($0.rawValue) \(text(of: $0))" }
      .joined(separator: ", ")
  }
}
