import TestKit
import Testing

@Suite struct TestVariableTests {
  private func seeds(_ value: String?) throws -> Range<UInt64> {
    try TestVariable("BERTH_X", in: value.map { ["BERTH_X": $0] } ?? [:]).seeds(default: 40)
  }

  @Test func `seeds are a count, a first one with a count, or the default`() throws {
    #expect(try seeds("500") == 1..<501)
    #expect(try seeds("4069+1") == 4069..<4070)
    #expect(try seeds("0+3") == 0..<3)
    #expect(try seeds(nil) == 1..<41)
  }

  @Test(arguments: [
    "", "+", "1+", "+5", "1+2+3", "-1", "1 + 5", "x", "0", "7+0", "1.5", "１", "18446744073709551615+1",
    "99999999999999999999",
  ])
  func `malformed seeds are an error`(value: String) {
    #expect(throws: MalformedVariable.self) { try seeds(value) }
  }

  @Test func `a flag is 1 or not set`() throws {
    #expect(try TestVariable("BERTH_X", in: ["BERTH_X": "1"]).flag())
    #expect(try !TestVariable("BERTH_X", in: [:]).flag())
    for value in ["", "0", "true", "yes"] {
      #expect(throws: MalformedVariable.self) { try TestVariable("BERTH_X", in: ["BERTH_X": value]).flag() }
    }
  }

  @Test func `a directory must exist`() throws {
    let directory = try TemporaryDirectory("variable")
    #expect(try TestVariable("BERTH_X", in: ["BERTH_X": directory.path]).directory() != nil)
    #expect(try TestVariable("BERTH_X", in: [:]).directory() == nil)
    #expect(throws: MalformedVariable.self) {
      try TestVariable("BERTH_X", in: ["BERTH_X": directory.path + "/none"]).directory()
    }
  }
}
