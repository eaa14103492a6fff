import FleetModel
import TestKit
import Testing

@Suite struct InstantTextTests {
  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000000000Z"), (-1, "1969-12-31T23:59:59.999999999Z"),
    (951_782_400_000_000_001, "2000-02-29T00:00:00.000000001Z"),
    (Int64.max, "2262-04-11T23:47:16.854775807Z"), (Int64.min, "1677-09-21T00:12:43.145224192Z"),
  ])
  func `known instants have known texts`(nanoseconds: Int64, text: String) {
    #expect(InstantText.text(Instant(nanoseconds: nanoseconds)) == text)
    #expect(parse(text) == Instant(nanoseconds: nanoseconds))
  }

  @Test func `texts sort as instants do, and lose nothing`() {
    var numbers = SeededGenerator(seed: 11)
    var instants = (0..<2000).map { _ in Instant(nanoseconds: Int64(bitPattern: numbers.next())) }
    instants.sort()
    let texts = instants.map(InstantText.text)
    #expect(texts == texts.sorted())
    #expect(texts.map(parse) == instants)
  }

  @Test(arguments: [
    "", "2026-11-23T19:01:24Z", "2026-02-30T00:00:00.000000000Z", "2026-13-01T00:00:00.000000000Z",
    "2026-01-01T24:00:00.000000000Z", "2026-01-01 00:00:00.000000000Z", "2026-01-01T00:00:0x.000000000Z",
    "9999-01-01T00:00:00.000000000Z", "2262-04-11T23:47:16.854775808Z",
  ])
  func `other texts are not instants`(text: String) { #expect(parse(text) == nil) }

  private func parse(_ text: String) -> Instant? {
    Array(text.utf8).withUnsafeBufferPointer { InstantText.instant($0) }
  }
}
