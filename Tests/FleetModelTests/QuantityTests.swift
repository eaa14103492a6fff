import FleetModel
import TestKit
import Testing

@Suite struct QuantityTests {
  @Test(
    arguments: [
      (16 << 30, "16Gi"), (16_000_000_000, "16G"), (8_000_000_000, "8G"), (512 << 20, "512Mi"), (1025, "1.025k"),
      (0, "0Ki"),
      (1 << 50, "1Pi"), (1, "0.001k"), (1_500_000_000_001, "1.500000000001T"),
    ] as [(Int64, String)])
  func `memory is spelled with the shortest number`(bytes: Int64, text: String) {
    #expect(Resources.text(bytes, of: .ram) == text)
    #expect(QuantityParser.ramBytes(text) == bytes)
  }

  @Test func `what is written is read back equal`() {
    var numbers = SeededGenerator(seed: 5)
    for _ in 0..<5000 {
      let amount = Int64(numbers.next() >> UInt64.random(in: 11...63, using: &numbers))
      #expect(QuantityParser.ramBytes(Resources.ramText(bytes: amount)) == amount)
      let milli = amount >> 12
      #expect(QuantityParser.milli(Resources.cpuText(milli: milli)) == milli)
      #expect(QuantityParser.milli(Resources.gpuText(milli: milli)) == milli)
    }
    for _ in 0..<5000 {
      let span = TimeSpan(nanoseconds: Int64(numbers.next() >> UInt64.random(in: 1...63, using: &numbers)))
      #expect(TimeSpan(compound: span.text, inOrder: true) == span)
    }
  }

  @Test func `there is one table of units`() {
    let sizes: [String: Int64] = [
      "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40, "Pi": 1 << 50, "k": 1000, "M": 1_000_000,
      "G": 1_000_000_000, "T": 1_000_000_000_000, "P": 1_000_000_000_000_000,
    ]
    #expect(Dictionary(uniqueKeysWithValues: MemoryUnit.all.map { ($0.name, $0.bytes) }) == sizes)
    for text in ["Ki", "Mi", "Gi", "Ti", "Pi", "k", "M", "G", "T", "P", "K", "ki", "m", "", "Gib", "E", "i"] {
      let found = Array("7\(text)".utf8).withUnsafeBufferPointer { MemoryUnit.bytes(of: $0, from: 1) }
      #expect(found == sizes[text], "\(text)")
    }
  }

  @Test(
    arguments: [
      ("16", 16 << 30), ("+1.5Gi", 3 << 29), ("1e3k", 1_000_000), (".5Gi", 1 << 29), ("1.0000000001G", 1_000_000_000),
      ("1.000000001G", 1_000_000_001), ("16GiB", nil), ("Gi", nil), ("", nil), ("9999999Pi", nil), ("1_0Gi", nil),
    ] as [(String, Int64?)])
  func `arguments and traces may leave out the unit of memory`(text: String, bytes: Int64?) {
    #expect(QuantityParser.ramBytes(text) == bytes)
  }

  @Test(
    arguments: [
      ("90s", 90_000_000_000), ("1h30m", 5_400_000_000_000), ("250ms", 250_000_000), ("7ns", 7), ("0s", 0), ("0", nil),
      ("", nil), ("s", nil), ("1.5h", nil), ("30m1h", nil), ("1h1h", nil), ("1x", nil), ("300000000000d", nil),
      ("-1s", nil),
    ] as [(String, Int64?)])
  func `durations are whole numbers with units`(text: String, nanoseconds: Int64?) {
    #expect(TimeSpan(compound: text, inOrder: true)?.nanoseconds == nanoseconds)
  }

  @Test func `durations may be out of order where that is only to be understood`() {
    #expect(TimeSpan(compound: "30m1h", inOrder: false) == .seconds(5400))
  }

  @Test(
    arguments: [
      (0, 1970, 1, 1), (-1, 1969, 12, 31), (11_016, 2000, 2, 29), (11_017, 2000, 3, 1), (-719_468, 0, 3, 1),
      (-719_469, 0, 2, 29), (2_932_896, 9999, 12, 31),
    ] as [(Int64, Int64, Int64, Int64)])
  func `days are dates`(days: Int64, year: Int64, month: Int64, day: Int64) {
    let date = CalendarDate(year: year, month: month, day: day)
    #expect(CalendarDate(daysSinceEpoch: days) == date)
    #expect(date.daysSinceEpoch == days)
  }

  @Test func `every day of eight centuries follows the one before`() {
    var before = CalendarDate(daysSinceEpoch: -146_098)
    for days in Int64(-146_097)...146_097 {
      let date = CalendarDate(daysSinceEpoch: days)
      #expect(date.daysSinceEpoch == days)
      let isNextDay = date.day == before.day + 1 && date.month == before.month && date.year == before.year
      let isFirst = date.day == 1 && before.day >= 28 && date.month == before.month % 12 + 1
      #expect(isNextDay || isFirst)
      before = date
    }
  }

  @Test func `times are told in UTC and at an offset`() {
    let instant = Instant(nanoseconds: 1_795_460_484_999_999_999)
    #expect(instant.utcText == "2026-11-23T19:01:24Z")
    #expect(instant.timeText(offset: 0) == "19:01:24")
    #expect(instant.timeText(offset: 5 * 3600) == "00:01:24")
    #expect(instant.timeText(offset: -20 * 3600) == "23:01:24")
    #expect(Instant(nanoseconds: -1).utcText == "1969-12-31T23:59:59Z")
  }
}
