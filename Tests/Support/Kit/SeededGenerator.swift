/// Random numbers from a seed, the same on every machine and in every process: SplitMix64, after Steele, Lea and Flood,
/// "Fast splittable pseudorandom number generators", OOPSLA 2014.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Starts at a seed.
  public init(seed: UInt64) { state = seed }

  /// Returns the next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Returns a number from 0 up to, but not including, a positive bound. The bias of the remainder does not matter here.
  public mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  /// Returns a number of a closed range.
  public mutating func from(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

  /// Returns true with a probability given in percent.
  public mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

  /// Returns one element of a nonempty array.
  public mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

  /// Returns an independent generator for a part, so that draws in one part do not shift another.
  public mutating func fork() -> SeededGenerator { SeededGenerator(seed: next()) }
}
