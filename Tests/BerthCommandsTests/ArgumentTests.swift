import FleetModel
import Testing

@testable import BerthCommands

@Suite struct ArgumentTests {
  @Test func optionsWithoutTheirValueAreFilledIn() {
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

  @Test func aGoalWithoutItsEqualsSignIsNoDirectory() {
    #expect(ArgumentSpelling.mistake(["apply", "m", "--wait", "started"])?.contains("write --wait=started") == true)
    #expect(ArgumentSpelling.mistake(["apply", "--wait", "manifests"]) == nil)
    #expect(ArgumentSpelling.mistake(["apply", "--", "--wait", "started"]) == nil)
    let retry = ["apply", "m", "--retry-failed", "train"]
    #expect(ArgumentSpelling.mistake(retry) { _ in false }?.contains("write --retry-failed=train") == true)
    #expect(ArgumentSpelling.mistake(retry) { _ in true } == nil)
  }

  @Test func aMistypedCommandIsToldWithTheOneThatWasMeant() {
    #expect(Root.commandNames.contains("hash-password") && Root.commandNames.contains("schema"))
    let mistake = ArgumentSpelling.mistake(["aply", "m"], commands: Root.commandNames)
    #expect(mistake?.contains("apply") == true)
    #expect(ArgumentSpelling.mistake(["--help"], commands: Root.commandNames) == nil)
    for name in Root.commandNames { #expect(ArgumentSpelling.mistake([name], commands: Root.commandNames) == nil) }
  }

  @Test(arguments: ["diff", "apply", "validate", "watch"])
  func aMistypedOptionIsToldBeforeAMissingPath(command: String) {
    do {
      _ = try Root.parseAsRoot([command, "--nope"])
    } catch {
      #expect(Root.fullMessage(for: error).contains("--nope"))
      #expect(Root.exitCode(for: error).rawValue == 64)
    }
    #expect(throws: Never.self) { try Root.parseAsRoot([command]) }
  }

  @Test func helpShowsWhatMayBeLeftOutAndNothingThatATerminalObeys() {
    #expect(
      ArgumentSpelling.shown("[--wait <goal>]\n  --wait <goal>           Go")
        == "[--wait[=<goal>]]\n  --wait[=<goal>]         Go")
    #expect(ArgumentSpelling.shown("no \u{1b}[31m\nhere") == "no \\u{1B}[31m\nhere")
    #expect(Init.quoted("a/b-1") == "a/b-1" && Init.quoted("it's") == #"'it'\''s'"# && Init.quoted("-f") == "./-f")
  }

  @Test(arguments: [
    ("90s", 90_000), ("40m", 2_400_000), ("2h", 7_200_000), ("1d", 86_400_000), ("250ms", 250), ("1h30m", 5_400_000),
    ("0", 0),
  ])
  func durationsAreThoseOfManifests(text: String, milliseconds: Int64) throws {
    #expect(DurationArgument(argument: text)?.span == .milliseconds(milliseconds))
  }

  @Test(arguments: ["", "5", "s", "-1s", "1.5h", "1 h", "30m1h", "1s1s", "99999999999d", "1w", "１s"])
  func otherTextsAreNoDurations(text: String) {
    #expect(DurationArgument(argument: text) == nil)
  }
}
