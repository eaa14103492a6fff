import FleetModel
import Reports
import Simulation
import Testing

@testable import BerthCommands

@Suite struct ArgumentTests {
  @Test func `an option without its optional value gets the default`() {
    #expect(
      ArgumentSpelling.normalized(["apply", "m", "--wait", "--retry-failed"])
        == ["apply", "m", "--wait=converged", "--retry-failed=all"])
    #expect(
      ArgumentSpelling.normalized(["--wait=started", "--retry-failed=a/b/c"]) == [
        "--wait=started", "--retry-failed=a/b/c",
      ])
    #expect(ArgumentSpelling.normalized(["--", "--wait"]) == ["--", "--wait"])
    #expect(ArgumentSpelling.normalized([]) == [])
  }

  @Test func `a value after a space is one if it can be nothing else`() {
    func normalized(_ arguments: String..., existing: [String] = []) -> [String] {
      ArgumentSpelling.normalized(arguments) { existing.contains($0) }
    }
    #expect(normalized("apply", "m", "--wait", "started") == ["apply", "m", "--wait=started"])
    #expect(normalized("apply", "--wait", "m", existing: ["m"]) == ["apply", "--wait=converged", "m"])
    #expect(normalized("apply", "--wait", "m") == ["apply", "--wait=converged", "m"])
    #expect(
      normalized("apply", "--wait", "started", existing: ["started"]) == ["apply", "--wait=converged", "started"])
    #expect(normalized("apply", "m", "--retry-failed", "train") == ["apply", "m", "--retry-failed=train"])
    #expect(normalized("apply", "--retry-failed", "m", existing: ["m"]) == ["apply", "--retry-failed=all", "m"])
    #expect(normalized("simulate", "--forecast-error", "3") == ["simulate", "--forecast-error=3"])
    #expect(normalized("simulate", "--forecast-error", "m") == ["simulate", "--forecast-error=10", "m"])
    #expect(normalized("apply", "--wait", "--retry-failed") == ["apply", "--wait=converged", "--retry-failed=all"])
  }

  @Test(arguments: ["all", "user/ada", "users/ada", "organization/vision", "cluster/vision/lab", "deployment/a/b/c"])
  func `a source is not called what means something else to take-ownership`(name: String) {
    #expect(throws: (any Error).self) { try OwnershipFlags.check(source: name) }
  }

  @Test(arguments: ["everything", "user", "user/", "team/prod", "/w/m", "user.example.org/r//m", "cluster/lab", "a b"])
  func `other names of sources are accepted`(name: String) throws { try OwnershipFlags.check(source: name) }

  @Test func `a goal without its equals sign is not taken for a directory`() {
    let started = ["apply", "m", "--wait", "started"]
    #expect(ArgumentSpelling.mistake(started) { _ in true }?.contains("write --wait=started") == true)
    #expect(ArgumentSpelling.mistake(started) { _ in false } == nil)
    #expect(ArgumentSpelling.mistake(["apply", "--wait", "manifests"]) == nil)
    #expect(ArgumentSpelling.mistake(["apply", "--", "--wait", "started"]) == nil)
  }

  @Test func `a mistyped command is reported with the nearest one`() {
    #expect(Root.commandNames.contains("hash-password") && Root.commandNames.contains("schema"))
    let mistake = ArgumentSpelling.mistake(["aply", "m"], commands: Root.commandNames)
    #expect(mistake?.contains("apply") == true)
    #expect(ArgumentSpelling.mistake(["--help"], commands: Root.commandNames) == nil)
    for name in Root.commandNames { #expect(ArgumentSpelling.mistake([name], commands: Root.commandNames) == nil) }
  }

  @Test(arguments: ["diff", "apply", "validate", "watch"])
  func `a mistyped option is reported before a missing path`(command: String) {
    do {
      _ = try Root.parseAsRoot([command, "--nope"])
    } catch {
      #expect(Root.fullMessage(for: error).contains("--nope"))
      #expect(Root.exitCode(for: error).rawValue == 64)
    }
    #expect(throws: Never.self) { try Root.parseAsRoot([command]) }
  }

  @Test func `help marks optional values and escapes control characters`() {
    #expect(
      ArgumentSpelling.shown("[--wait <goal>]\n  --wait <goal>           Go")
        == "[--wait[=<goal>]]\n  --wait[=<goal>]         Go")
    #expect(ArgumentSpelling.shown("no \u{1b}[31m\nhere") == "no \\u{1B}[31m\nhere")
    for (path, word) in [("a/b-1", "a/b-1"), ("it's", #"'it'\''s'"#), ("-f", "./-f")] {
      #expect(ShellWord.path(path) == word)
    }
  }

  @Test(arguments: [
    ("90s", 90_000), ("40m", 2_400_000), ("2h", 7_200_000), ("1d", 86_400_000), ("250ms", 250), ("1h30m", 5_400_000),
    ("0", 0),
  ])
  func `durations are written as in manifests`(text: String, milliseconds: Int64) throws {
    #expect(DurationArgument(argument: text)?.span == .milliseconds(milliseconds))
  }

  @Test(arguments: ["", "5", "s", "-1s", "1.5h", "1 h", "30m1h", "1s1s", "99999999999d", "1w", "１s"])
  func `other texts are not durations`(text: String) {
    #expect(DurationArgument(argument: text) == nil)
  }

  @Test(
    arguments: [
      ("exact", .exact), ("declared", .declared), ("learned", .learned), ("factor:1.5..5", .factor(1.5...5)),
      ("factor:2..2", .factor(2...2)), ("lognormal:0.5", .lognormal(0.5)),
    ] as [(String, EstimateModel)])
  func `models of estimates are named`(text: String, model: EstimateModel) {
    #expect(EstimateModel(argument: text) == model)
  }

  @Test(arguments: [
    "", "Exact", "exact:", "learned:1", "factor", "factor:", "factor:2", "factor:2..", "factor:..2", "factor:5..1.5",
    "factor:0..1", "factor:-1..2", "factor:1...2", "factor:1..2..3", "factor:nan..nan", "factor:1..inf",
    "factor:1e1..20",
    "factor:1..9999", "lognormal", "lognormal:", "lognormal:0", "lognormal:-1", "lognormal:x", "lognormal:6",
  ])
  func `other texts name no model of estimates`(text: String) {
    #expect(EstimateModel(argument: text) == nil)
  }
}
