import FleetModel
import TestKit
import Testing

@testable import Reports

@Suite struct ListDifferenceTests {
  private func list(_ elements: [String]) -> String { YAMLScalar.typedText(elements) }

  @Test func `a changed argument is shown alone, with the number of the others`() throws {
    var arguments = ["python", "train.py"] + (0..<10).map { "--option\($0)=x, \"y\"" }
    let old = list(arguments)
    arguments[5] = "--option3=z"
    let difference = try #require(ListDifference(old, list(arguments)))
    #expect(difference.removed == ["'--option3=x, \"y\"'"])
    #expect(difference.added == ["--option3=z"])
    #expect(difference.same == 11)
  }

  @Test func `short and wholly different lists are shown whole`() {
    #expect(ListDifference(list(["a", "b"]), list(["a", "c"])) == nil)
    #expect(ListDifference(list(["a", "b", "c", "d"]), list(["e", "f", "g", "h"])) == nil)
    #expect(ListDifference("a", list(["a", "b", "c", "d"])) == nil)
    #expect(ListDifference("{fromEnv: A}", "{fromEnv: B}") == nil)
  }

  @Test(arguments: 1...200)
  func `what is shown and what is the same make up both lists`(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let words = ["a", "b", "c,d", "it's", "\"q\"", "[x]", "", " ", "(not set)", "e\\", "f: g"]
    let old = (0..<random.from(0...14)).map { _ in random.pick(words) }
    var new = old
    for _ in 0..<random.from(0...4) {
      if !new.isEmpty, random.chance(50) { new.remove(at: random.below(new.count)) }
      if random.chance(60) { new.insert(random.pick(words), at: random.below(new.count + 1)) }
    }
    guard let difference = ListDifference(list(old), list(new)) else { return }
    #expect(difference.removed.count + difference.same == old.count)
    #expect(difference.added.count + difference.same == new.count)
    var left = old.map { YAMLScalar.typedText($0) }
    for element in difference.removed { left.remove(at: left.firstIndex(of: element) ?? 0) }
    var right = new.map { YAMLScalar.typedText($0) }
    for element in difference.added { right.remove(at: right.firstIndex(of: element) ?? 0) }
    #expect(left.sorted() == right.sorted())
  }
}

/// Values that are not the same never look the same.
@Suite struct LookAlikeTests {
  private static let spaces = ["\u{20}", "\u{A0}", "\u{2003}", "\u{202F}", "\u{3000}", "\u{1680}", "\u{200B}", "\t"]

  private func shown(_ text: String) -> String { VisibleText.escaped(YAMLScalar.typedText(text)) }

  @Test func `spaces of other kinds, escapes and remarks are told apart`() {
    var texts = Self.spaces.map { "a\($0)b" } + Self.spaces
    texts += ["a\\u{A0}b", "a\\xA0b", "'a b'", "\"a b\"", " a b", "a b ", "a  b", "(not set)", "(sensitive)"]
    texts += ["(sensitive, changed)", "", "null", "~", "'(not set)'", "[a, b]", "{fromEnv: A}"]
    var seen: [String: String] = [:]
    for text in texts {
      let form = shown(text)
      #expect(seen[form] == nil, "\(form) for two values")
      #expect(form.unicodeScalars.allSatisfy { $0 == " " || $0.properties.generalCategory != .spaceSeparator })
      seen[form] = text
    }
    for remark in ["(not set)", "(sensitive)", "(sensitive, changed)", "[a, b]", "{fromEnv: A}"] {
      #expect(shown(remark) != remark)
    }
  }

  @Test(arguments: 1...300)
  func `texts that differ in one place look different`(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let pieces = Self.spaces + ["a", "(", ")", "\\", "u{A0}", "x", "'", "\"", "\n", "é", "(not set)"]
    func text() -> String { (0..<random.from(0...5)).map { _ in random.pick(pieces) }.joined() }
    let (left, right) = (text(), text())
    #expect((shown(left) == shown(right)) == left.utf8.elementsEqual(right.utf8), "\(shown(left))")
  }
}
