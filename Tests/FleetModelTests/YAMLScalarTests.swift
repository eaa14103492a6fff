import CLibYAML
import FleetModel
import TestKit
import Testing

/// What is written is read back equal by libyaml.
@Suite struct YAMLScalarTests {
  /// The events of a document that hold a scalar, or nil if libyaml refuses it.
  private func scalars(_ document: String) -> [(text: String, isPlain: Bool)]? {
    var parser = yaml_parser_t()
    guard yaml_parser_initialize(&parser) == 1 else { return nil }
    defer { yaml_parser_delete(&parser) }
    let bytes = Array(document.utf8)
    return bytes.withUnsafeBufferPointer { input in
      yaml_parser_set_input_string(&parser, input.baseAddress, input.count)
      var found: [(text: String, isPlain: Bool)] = []
      while true {
        var event = yaml_event_t()
        guard yaml_parser_parse(&parser, &event) == 1 else { return nil }
        defer { yaml_event_delete(&event) }
        if event.type == YAML_STREAM_END_EVENT { return found }
        guard event.type == YAML_SCALAR_EVENT else { continue }
        let scalar = event.data.scalar
        let value = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
        found.append((String(decoding: value, as: UTF8.self), scalar.style == YAML_PLAIN_SCALAR_STYLE))
      }
    }
  }

  /// Whether libyaml reads the scalar as the text, in a block, in a list and as the key and value of a map.
  private func isReadBack(_ scalar: String, as text: String) -> Bool {
    func isSame(_ document: String, _ expected: [String]) -> Bool {
      guard let found = scalars(document), found.count == expected.count else { return false }
      return zip(found, expected).allSatisfy { $0.text.utf8.elementsEqual($1.utf8) }
    }
    return isSame("key: \(scalar)\n", ["key", text]) && isSame("- \(scalar)\n", [text])
      && isSame("[\(scalar), a, \(scalar)]\n", [text, "a", text])
      && isSame("{\(scalar): \(scalar), b: \(scalar)}\n", [text, text, "b", text])
      && isSame("\(scalar): a\n", [text, "a"])
  }

  /// A plain scalar that a reader of YAML 1.1 or 1.2 takes for something else than a string: the regular expressions of the
  /// type repository (yaml.org/type) and of the core schema.
  private func isTyped(_ text: String) -> Bool {
    text.wholeMatch(of: /~|null|Null|NULL|/) != nil
      || text.wholeMatch(of: /(?i:y|yes|n|no|true|false|on|off)/) != nil
      || text.wholeMatch(of: /[-+]?(0b[01_]+|0o?[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(:[0-5]?[0-9])+)/)
        != nil
      || text.wholeMatch(of: /[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?/) != nil
      || text.wholeMatch(of: /[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*/) != nil
      || text.wholeMatch(of: /[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)/) != nil
      || text.wholeMatch(of: /[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}/) != nil
      || text.wholeMatch(
        of:
          /[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(\.[0-9]*)?([ \t]*(Z|[-+][0-9]{1,2}(:[0-9]{2})?))?/
      ) != nil
      || text == "=" || text == "<<"
  }

  private static let pieces = [
    "a", "train", "0", "7", "1e3", "0x1f", ".", ".5", "-", "--", "---", "...", ":", "?", " ", "  ", "#", ",", "[", "]",
    "{",
    "}", "&", "*", "!", "|", ">", "'", "\"", "\\", "%", "@", "`", "~", "null", "true", "No", "y", "=", "<<", "\n", "\r",
    "\t",
    "\u{0}", "\u{1b}", "\u{7f}", "\u{85}", "\u{a0}", "\u{ad}", "é", "日本", "\u{2028}", "\u{202e}", "\u{feff}",
    "\u{fffe}",
    "🧑‍🚀", "\u{10ffff}", "+", "/", "2026-11-23", "T", "t", "Z", "12:30:45", "_", "e\u{301}",
  ]

  @Test func `generated strings are read back equal`() {
    var numbers = SeededGenerator(seed: 9)
    var plain = 0
    for _ in 0..<20_000 {
      let count = Int.random(in: 0...5, using: &numbers)
      let text = (0..<count).map { _ in Self.pieces[Int.random(in: 0..<Self.pieces.count, using: &numbers)] }.joined()
      let scalar = YAMLScalar.text(text)
      #expect(isReadBack(scalar, as: text), "\(text.debugDescription) was written as \(scalar)")
      if scalar == text { #expect(!isTyped(text), "\(text) is no string to every reader") }
      let typed = YAMLScalar.typedText(text)
      #expect(isReadBack(typed, as: text), "\(text.debugDescription) was written as \(typed)")
      if typed == text {
        plain += 1
        #expect(text.wholeMatch(of: /~|null|Null|NULL/) == nil)
      }
    }
    #expect(plain > 1000)
  }

  @Test func `every single scalar is read back equal`() {
    for value in UInt32(0)...0x10ffff {
      guard let scalar = Unicode.Scalar(value), value < 0x3000 || value % 97 == 0 else { continue }
      let text = "a\(scalar)b"
      #expect(scalars("[\(YAMLScalar.text(text)), \(YAMLScalar.typedText(text))]")?.map(\.text) == [text, text])
    }
  }

  @Test(
    arguments: [
      ("train", "train", "train"), ("10", "\"10\"", "10"), ("true", "\"true\"", "true"),
      ("null", "\"null\"", "\"null\""),
      ("", "\"\"", "\"\""), ("-c", "\"-c\"", "-c"), ("import x", "\"import x\"", "import x"),
      ("a: b", "\"a: b\"", "\"a: b\""),
      ("python:3.12", "python:3.12", "python:3.12"), ("say \"a\"", "'say \"a\"'", "'say \"a\"'"),
      ("it's", "\"it's\"", "\"it's\""),
      ("a\u{1b}b", "\"a\\x1Bb\"", "\"a\\x1Bb\""), ("é", "\"é\"", "é"),
      ("2026-11-23T12:30:45Z", "\"2026-11-23T12:30:45Z\"", "2026-11-23T12:30:45Z"),
      ("1.4.2-rc1", "1.4.2-rc1", "1.4.2-rc1"),
    ])
  func `known strings`(text: String, manifest: String, plan: String) {
    #expect(YAMLScalar.text(text) == manifest)
    #expect(YAMLScalar.typedText(text) == plan)
  }
}
