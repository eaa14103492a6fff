import Foundation
import Glibc
import TestKit
import Testing

@testable import BerthCommands

@Suite struct StatePlaceTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory("place") }

  private func find(
    option: String? = nil, _ variables: [String: String] = [:], in working: String = "", user: uid_t = geteuid()
  ) throws -> StatePlace {
    try StatePlace.find(
      option: option, surroundings: Surroundings(variables: variables), working: directory.path + working, user: user)
  }

  private func make(_ name: String) throws {
    try FileManager.default.createDirectory(atPath: directory.path + name, withIntermediateDirectories: true)
  }

  @Test func `each rule counts only where those before it say nothing`() throws {
    try make("/.berth")
    let variables = ["BERTH_STATE": "/b/b.db", "XDG_STATE_HOME": "/x", "HOME": "/h"]
    #expect(try find(option: "/a/a.db", variables) == StatePlace(path: "/a/a.db", rule: .option))
    #expect(try find(variables) == StatePlace(path: "/b/b.db", rule: .variable))
    #expect(
      try find(["BERTH_STATE": "", "HOME": "/h"]) == StatePlace(path: ".berth/state.db", rule: .local(isHere: true)))
    try FileManager.default.removeItem(atPath: directory.path + "/.berth")
    #expect(try find(["XDG_STATE_HOME": "/x", "HOME": "/h"]) == StatePlace(path: "/x/berth/state.db", rule: .machine))
  }

  @Test func `the nearest .berth upward is found, and a file of that name is not`() throws {
    try make("/.berth")
    try make("/a/b/c")
    let above = StatePlace(path: directory.path + "/.berth/state.db", rule: .local(isHere: false))
    #expect(try find(in: "/a/b/c") == above)
    try "".write(toFile: directory.path + "/a/b/.berth", atomically: true, encoding: .utf8)
    #expect(try find(in: "/a/b/c") == above)
    try make("/a/.berth")
    #expect(try find(in: "/a/b/c").path == directory.path + "/a/.berth/state.db")
  }

  /// The Base Directory Specification has relative paths ignored.
  @Test func `a user has one state for a machine, and root has one in var lib`() throws {
    #expect(try find(["HOME": "/h"], user: 1).path == "/h/.local/state/berth/state.db")
    #expect(try find(["HOME": "/h", "XDG_STATE_HOME": "x"], user: 1).path == "/h/.local/state/berth/state.db")
    #expect(try find(["HOME": "/h", "XDG_STATE_HOME": "/x"], user: 1).path == "/x/berth/state.db")
    #expect(try find(["HOME": "/h"], user: 0).path == "/var/lib/berth/state.db")
    #expect(try find(["HOME": "/h", "XDG_STATE_HOME": "/x"], user: 0).path == "/x/berth/state.db")
    #expect(throws: CommandError.self) { try find(user: 4_000_000) }
  }

  /// A state says which programs run.
  @Test(.enabled(if: geteuid() == 0)) func `a .berth that somebody else may have put there is refused`() throws {
    try make("/.berth")
    #expect(chown(directory.path + "/.berth", 65_534, 65_534) == 0)
    let error = #expect(throws: CommandError.self) { try find(["HOME": "/h"]) }
    guard case .system(let text, let hint)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(text == "the state in \(directory.path)/.berth belongs to nobody")
    #expect(hint == "if it is meant, name it: --state \(directory.path)/.berth/state.db")
  }

  @Test func `a path below the home directory is shown with a tilde`() {
    let home = Surroundings(variables: ["HOME": "/h"])
    #expect(StatePlace.shown("/h/.local/state/berth/state.db", home) == "~/.local/state/berth/state.db")
    #expect(StatePlace.shown("/hh/state.db", home) == "/hh/state.db")
    #expect(StatePlace.shown("/state.db", Surroundings(variables: ["HOME": "/"])) == "/state.db")
  }
}
