import Foundation
import ReconcilerTestSupport
import TestKit
import Testing

@testable import BerthCommands

@Suite struct StateSessionTests {
  private func options(_ path: String) throws -> StateOptions { try StateOptions.parse(["--state", path]) }

  @Test func `an apply plans and writes through one open state`() async throws {
    let installation = try TestInstallation.atStart()
    _ = try await installation.apply(BaseManifests.deployment("web", "hold"))
    let options = try options(installation.directory + "/.berth/state.db")
    let planning = try #require(try StateSession(applying: options))
    let writing = try StateSession(creating: options, reusing: planning)
    #expect(writing.store === planning.store)
    #expect(writing.store.path.hasSuffix("/.berth/state.db"))
  }

  @Test func `a session for reading is not used for writing`() async throws {
    let installation = try TestInstallation.atStart()
    _ = try await installation.apply(BaseManifests.deployment("web", "hold"))
    let options = try options(installation.directory + "/.berth/state.db")
    let reading = try #require(try StateSession(options))
    #expect(try StateSession(creating: options, reusing: reading).store !== reading.store)
  }

  @Test func `planning creates no state`() throws {
    let installation = try TestInstallation.atStart()
    let path = installation.directory + "/state.db"
    #expect(try StateSession(applying: options(path)) == nil)
    #expect(!FileManager.default.fileExists(atPath: path))
    // As after a kill between the creation of the file and its first commit.
    try Data().write(to: URL(fileURLWithPath: path))
    #expect(try StateSession(applying: options(path)) == nil)
    #expect(FileManager.default.contents(atPath: path)?.isEmpty == true)
  }

  @Test func `the first apply creates a state and keeps it out of git`() throws {
    let installation = try TestInstallation.atStart()
    let options = try options(installation.directory + "/.berth/state.db")
    _ = try StateSession(creating: options)
    #expect(FileManager.default.contents(atPath: installation.directory + "/.berth/.gitignore") == Data("*\n".utf8))
    #expect(try StateSession(applying: options) != nil)
  }
}
