import FleetModel
import Foundation
import Testing

@Suite struct JSONValueTests {
  private let value = JSONValue.object([
    .init("name", .string("a\"\\\n\u{1b}\u{202e}日🧑")), .init("ram", .number(16)), .init("id", .integer(.min)),
    .init("none", .null), .init("empty", .object([])), .init("list", .array([.bool(true), .array([])])),
    .init("bad", .number(.nan)),
  ])

  @Test func `JSON is written in order, indented or not`() {
    #expect(
      value.text() == #"""
        {
          "name": "a\"\\\n\u001b\u202e日🧑",
          "ram": 16.0,
          "id": -9223372036854775808,
          "none": null,
          "empty": {},
          "list": [
            true,
            []
          ],
          "bad": null
        }
        """#)
    #expect(
      value.text(isIndented: false)
        == #"{"name":"a\"\\\n\u001b\u202e日🧑","ram":16.0,"id":-9223372036854775808,"none":null,"empty":{},"#
        + #""list":[true,[]],"bad":null}"#)
  }

  @Test func `another reader agrees`() throws {
    let parsed = try JSONSerialization.jsonObject(with: Data(value.text().utf8)) as? [String: Any]
    #expect(parsed?["name"] as? String == "a\"\\\n\u{1b}\u{202e}日🧑")
    #expect(parsed?["id"] as? Int64 == .min)
  }
}
