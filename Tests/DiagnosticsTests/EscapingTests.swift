import Diagnostics
import Testing

@Suite struct EscapingTests {
  @Test func `plain text is not escaped`() {
    #expect(escapedForDisplay("train-7 größer 日本 🚂") == "train-7 größer 日本 🚂")
  }

  @Test func `characters that act on a terminal are escaped`() {
    #expect(escapedForDisplay("\u{1B}[31mred\n\u{7}") == "\\u{1B}[31mred\\u{A}\\u{7}")
    #expect(escapedForDisplay("a\u{202E}b\u{2066}c\u{200B}") == "a\\u{202E}b\\u{2066}c\\u{200B}")
    #expect(escapedForDisplay("\u{9B}31m\u{7F}\u{2028}\u{3164}") == "\\u{9B}31m\\u{7F}\\u{2028}\\u{3164}")
  }
}
