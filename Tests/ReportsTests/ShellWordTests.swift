import Foundation
import PlanModel
import TestKit
import Testing

@testable import Reports

@Suite struct ShellWordTests {
  private static let texts = [
    "plain", "git.example.org/vision/fleet//m", "the team's", "two words", "", "$HOME", "`id`", "a;b", "*", "-x", "~",
    "#x",
    "a\"b\\c", "ä", "a=b", "{a,b}", "!x", "a&b", "(a)", "'", "a\nb",
  ]

  /// Returns the arguments that a shell makes of words.
  private func arguments(_ words: [String]) throws -> [String] {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", "for word in \(words.joined(separator: " ")); do printf '%s\\0' \"$word\"; done"]
    process.standardOutput = pipe
    try process.run()
    let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: bytes, as: UTF8.self).split(separator: "\0", omittingEmptySubsequences: false).dropLast()
      .map(String.init)
  }

  @Test func `a shell reads every word as it was`() throws {
    #expect(try arguments(Self.texts.map(ShellWord.quoted)) == Self.texts)
    #expect(try arguments(Self.texts.map { "--x=" + ShellWord.quoted($0) }) == Self.texts.map { "--x=\($0)" })
    #expect(ShellWord.path("-x") == "./-x")
    #expect(ShellWord.option("--source", "-x") == "--source=-x")
    #expect(ShellWord.option("--source", "a b") == "--source 'a b'")
  }

  @Test func `advice on another source's objects can be pasted`() {
    let refusals: [Refusal] = [.ownedElsewhere(.user("ada"), owner: "the team's")]
    #expect(
      Refusal.summaries(of: refusals).map(\.advice) == [
        "remove it from one of the sources, take it over with --take-ownership=user/ada, or apply as that source with "
          + "--source 'the team'\\''s'"
      ])
    let many = refusals + [.ownedElsewhere(.user("eve"), owner: "the team's")]
    #expect(
      Refusal.summaries(of: many).map(\.advice) == [
        "remove them from one of the sources, take them over with --take-ownership='the team'\\''s', or apply as that source "
          + "with --source 'the team'\\''s'"
      ])
  }

  @Test(arguments: [
    ("pass --confirm-prune 5, or wait", ["pass", "--confirm-prune 5,", "or", "wait"]),
    ("with --source 'the team'", ["with", "--source 'the team'"]),
    ("--take-ownership='a b c' or not", ["--take-ownership='a b c'", "or", "not"]),
    ("it can't be the user's", ["it", "can't", "be", "the", "user's"]),
    ("--yes --wait", ["--yes", "--wait"]),
    ("--source 'it'\\''s here' now", ["--source 'it'\\''s here'", "now"]),
  ])
  func `a line is not broken inside of an option and its value`(text: String, words: [String]) {
    #expect(Paragraph.words(of: text) == words)
  }
}
