import Foundation
import TestKit
import Testing

/// The README is true: its console blocks show what happens (`BERTH_BLESS=1` writes that), its set-up commands are those of
/// `.ci/run`, and every command, option and link that it names exists.
@Suite(.serialized) struct ReadmeTests {
  @Test func `console blocks show what happens`() throws {
    let session = try ShellSession(copying: ["manifests", "examples"])
    let page = try Page("README.md")
    let isBlessing = try GoldenFile.isBlessing
    var blessed = page.text
    for block in page.blocks where block.language == "console" {
      var found = Transcript(block)
      for (index, step) in found.steps.enumerated() {
        let lines = Transcript.lines(of: try session.run(step.command, merged: true).output)
        if Transcript.matches(lines[...], step.shown[...]) { continue }
        found.steps[index].shown = lines
        guard !isBlessing else { continue }
        Issue.record("\(step.command) shows\n\(lines.joined(separator: "\n"))")
      }
      blessed = blessed.replacing(block.lines.joined(separator: "\n"), with: found.text, maxReplacements: 1)
    }
    if isBlessing {
      try blessed.write(to: Repository.root.appending(path: "README.md"), atomically: true, encoding: .utf8)
    }
  }

  /// `.ci/run` takes the commands after the installation from the README itself, and repeats only the packages.
  @Test func `the README installs the packages that .ci/run installs`() throws {
    let check = try String(contentsOf: Repository.root.appending(path: ".ci/run"), encoding: .utf8)
    let listed = try #require(check.firstMatch(of: #/for package in ([^;]+);/#)).1
    let lines = try Page("README.md").blocks.filter { $0.language == "sh" }.flatMap(\.lines)
    #expect(lines.count == 2)
    for line in lines { #expect(line.contains("apt-get install -y \(listed) && swift "), "\(line)") }
  }

  /// Commands in the text exist and have the options that the text gives them.
  @Test(arguments: ["README.md", "examples/README.md", "schema/README.md"])
  func `commands and options that the text names exist`(page: String) throws {
    let session = try ShellSession()
    let text = try Page(page).text
    let all = try session.run("berth --help").output
    for match in text.matches(of: #/`(?:\.build/release/)?berth ([^`]+)`/#) {
      let words = match.1.split(separator: " ").map(String.init)
      let command = words[0]
      guard command != "help" else { continue }
      #expect(all.contains("\n  \(command) "), "\(match.0)")
      let help = try session.run("berth help \(command)").output
      for word in words where word.hasPrefix("-") && word != "-" {
        let option = word.prefix { $0 != "=" }
        #expect(help.contains(try Regex("(^|[\\s,])\(option)\\b")), "\(match.0): there is no \(option)")
      }
    }
  }

  @Test(arguments: ["README.md", "examples/README.md", "schema/README.md", "CHANGELOG.md"])
  func `links lead to existing files`(page: String) throws {
    let place = Repository.root.appending(path: page).deletingLastPathComponent()
    for match in try Page(page).text.matches(of: #/\]\(([^)#:]+)\)/#) {
      #expect(FileManager.default.fileExists(atPath: place.appending(path: String(match.1)).path), "\(match.1)")
    }
  }

  @Test func `the README has fewer than 250 lines`() throws {
    #expect(try Page("README.md").text.split(separator: "\n", omittingEmptySubsequences: false).count < 250)
  }

  /// `berth schema -o markdown > schema/README.md` brings the reference up to date.
  @Test func `the manifest reference is current`() throws {
    let made = try ShellSession().run("berth schema -o markdown").output
    let isCurrent = try made == Page("schema/README.md").text
    #expect(isCurrent, "berth schema -o markdown > schema/README.md")
  }
}
