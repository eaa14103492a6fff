import FleetModel
import PlanModel
import TestKit
import Testing

@testable import Reports

@Suite struct ReasonTextTests {
  static let now = Instant(nanoseconds: 1_800_000_000_000_000_000)

  @Test func `every reason is a sentence with advice`() throws {
    var text = ""
    for reason in SamplePlans.reasons {
      text += "\(reason.code)\n  x \(reason.text(in: NameScope(cluster: SamplePlans.lab), now: Self.now))\n"
      text += "  -> \(reason.advice(for: SamplePlans.on("x")) ?? "(wait)")\n"
    }
    try expect(text, isGolden: "reasons.txt")
  }

  @Test func `every reason is written as JSON`() throws {
    try expect(JSONValue.array(SamplePlans.reasons.map(\.json)).text() + "\n", isGolden: "reasons.json")
  }

  @Test func `without the current time instants are absolute`() {
    let reason = Reason.backingOff(until: Instant(nanoseconds: 1_800_000_020_000_000_000))
    #expect(reason.text() == "backs off after a failure; retries not before 2027-01-15T08:00:20Z")
    #expect(reason.text(now: Self.now + .seconds(60)) == "backs off after a failure; retries now")
  }

  @Test func `dates are those of the calendar`() {
    func text(_ seconds: Int64) -> String { Instant(nanoseconds: seconds * 1_000_000_000).utcText }
    #expect(text(0) == "1970-01-01T00:00:00Z")
    #expect(text(-1) == "1969-12-31T23:59:59Z")
    #expect(text(951_782_400) == "2000-02-29T00:00:00Z")
    #expect(text(4_107_542_400) == "2100-03-01T00:00:00Z")
    #expect(Instant(nanoseconds: -1).timeText(offset: 3600) == "00:59:59")
  }
}
