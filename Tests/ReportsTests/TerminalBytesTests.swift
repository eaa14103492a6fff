import Testing

@testable import Reports

@Suite struct TerminalBytesTests {
  private func shown(_ pieces: [UInt8]...) -> String {
    var terminal = TerminalBytes()
    return pieces.map { terminal.show($0) }.joined() + terminal.finish()
  }

  @Test func `text, tabs, line breaks and colors pass`() {
    let text = "loss\t0.5 \u{1b}[1;31mred\u{1b}[0m é 漢 🔑\n"
    #expect(shown(Array(text.utf8)) == text)
  }

  @Test(arguments: [
    ("\u{1b}[2J", "\\u{1B}[2J"), ("\u{1b}]0;title\u{7}", "\\u{1B}]0;title\\u{7}"), ("a\rb", "a\\u{D}b"),
    ("a\r\nb", "a\nb"),
    ("\u{8}\u{7f}", "\\u{8}\\u{7F}"), ("\u{9b}31m", "\\u{9B}31m"), ("\u{202e}x", "\\u{202E}x"),
    ("\u{1b}[31", "\\u{1B}[31"), ("\u{1b}[?25l", "\\u{1B}[?25l"), ("\u{1b}\u{1b}[0m", "\\u{1B}\u{1b}[0m"),
  ])
  func `control sequences are escaped`(_ input: String, _ expected: String) {
    #expect(shown(Array(input.utf8)) == expected)
  }

  @Test func `ill-formed bytes are shown one by one`() {
    #expect(shown([0x61, 0xff, 0xc3, 0x28, 0xe2, 0x82]) == "a\\xFF\\xC3(\\xE2\\x82")
    #expect(shown([0xed, 0xa0, 0x80]) == "\\xED\\xA0\\x80")
  }

  @Test func `a cut anywhere changes nothing`() {
    let bytes = Array("a\u{1b}[31mé\r\n漢🔑\u{1b}[0m\u{1b}[2J\r".utf8) + [0xe2, 0x82]
    let whole = shown(bytes)
    for cut in 0...bytes.count { #expect(shown(Array(bytes[..<cut]), Array(bytes[cut...])) == whole) }
    var terminal = TerminalBytes()
    #expect(bytes.map { terminal.show([$0]) }.joined() + terminal.finish() == whole)
  }
}
