import FleetModel
import ReconcilerTestSupport
import TestKit
import Testing

@testable import BerthCommands

@Suite struct CompletionTests {
  @Test func `deployments are found by a prefix of their identity or name`() async throws {
    let installation = try TestInstallation.atStart()
    let store = try await installation.apply(
      BaseManifests.deployment("train", "exit, '0'"), BaseManifests.deployment("tune", "exit, '0'"),
      BaseManifests.deployment("visit", "exit, '0'"))
    func names(_ prefix: String, limit: Int = 10) throws -> [String] {
      try store.deploymentIdentities(beginningWith: prefix, limit: limit).map(\.name)
    }
    #expect(try names("t") == ["train", "tune"])
    #expect(try names("vis") == ["train", "tune", "visit"])
    #expect(try names("vision/lab/tu") == ["tune"])
    #expect(try names("%") == [] && names("nothing") == [])
    #expect(try names("", limit: 2) == ["train", "tune"])
  }

  @Test func `the state is the one that the command line names`() throws {
    #expect(try Completion.state(["berth", "logs", "--state", "a.db", "x"]) == "a.db")
    #expect(try Completion.state(["berth", "--state=b.db"]) == "b.db")
  }

  @Test func `requests for scripts are recognized, and scripts printed unchanged`() {
    #expect(Completion.isAskedFor(["---completion", "logs"]))
    #expect(Completion.isAskedFor(["--generate-completion-script", "bash"]))
    #expect(!Completion.isAskedFor(["logs", "train"]))
    for shell in Completions.Shell.allCases { #expect(Root.completionScript(for: shell.shell).contains("berth")) }
  }
}
