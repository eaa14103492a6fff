import FleetModel
import Reports
import Testing

@Suite struct HumanQuantityTests {
  @Test(
    arguments: [
      (0, "0s"), (999_999, "0s"), (250_000_000, "250ms"), (1_999_000_000, "1s"), (59_000_000_000, "59s"),
      (60_000_000_000, "1m"), (125_000_000_000, "2m 5s"), (11_400_000_000_000, "3h 10m"), (7_201_000_000_000, "2h"),
      (273_600_000_000_000, "3d 4h"), (-125_000_000_000, "-2m 5s"),
    ] as [(Int64, String)])
  func `spans are in their two largest units`(nanoseconds: Int64, text: String) {
    #expect(TimeSpan(nanoseconds: nanoseconds).humanText == text)
  }

  @Test(
    arguments: [(-5, "0s"), (0, "0s"), (59, "59s"), (359, "5m"), (3600, "1h"), (86_399, "23h"), (300_000, "3d")]
      as [(Int64, String)])
  func `ages are in their largest unit`(seconds: Int64, text: String) {
    #expect(TimeSpan.seconds(seconds).ageText == text)
  }

  @Test(
    arguments: [
      (0, "0 B"), (1023, "1023 B"), (1024, "1 KiB"), (1536, "1.5 KiB"), (1_048_575, "1023 KiB"), (10 << 30, "10 GiB"),
      (3_221_225_471, "2.9 GiB"), (Int64.max, "7.9 EiB"), (Int64.min, "-8 EiB"),
    ] as [(Int64, String)])
  func `sizes are rounded down`(bytes: Int64, text: String) { #expect(ByteSize.text(bytes) == text) }
}
