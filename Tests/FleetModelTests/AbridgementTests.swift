import FleetModel
import Testing

@Suite struct AbridgementTests {
  @Test(arguments: 0...12, 1...4)
  func `a list keeps both ends, and counts what it leaves out`(count: Int, ends: Int) {
    let list = (0..<count).map { "\($0)" }
    let short = Abridgement(list, ends: ends)
    #expect(short.kept.count + short.omitted == count)
    #expect(Array(list.prefix(short.first.count)) == Array(short.first))
    #expect(Array(list.suffix(short.last.count)) == Array(short.last))
    #expect(short.omitted == 0 || short.omitted > 1)
    #expect(short.words.count <= 2 * ends + 1)
    #expect(short.words.contains("… (\(short.omitted) more)") == (short.omitted > 0))
  }
}
