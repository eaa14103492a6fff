import Foundation
import SystemCalls
import TestKit
import Testing

@testable import ManifestSources

@Suite struct SourceNamingTests {
  private let directory: TemporaryDirectory
  private static let commit = String(repeating: "c0ffee11", count: 5)

  init() throws { directory = try TemporaryDirectory("naming") }

  private func name(_ paths: String..., in working: String = "", commit: String? = nil) -> String {
    SourceNaming(working: directory.path + working) { _ in commit }.name(of: paths)
      .replacing(directory.path, with: "DIR")
  }

  /// Makes a repository as git lays it out, without commits.
  private func makeRepository(_ name: String, origin: String?) throws {
    try directory.write("ref: refs/heads/main\n", to: "\(name)/.git/HEAD")
    let remote = origin.map { "[remote \"origin\"]\n\turl = \($0)\n" } ?? ""
    try directory.write("[core]\n\tbare = false\n\(remote)", to: "\(name)/.git/config")
  }

  @Test func `outside of git the name is the path as given`() throws {
    try directory.write("", to: "rev1/a.yaml")
    try FileManager.default.createSymbolicLink(
      atPath: directory.path + "/current", withDestinationPath: directory.path + "/rev1")
    #expect(name("current") == "DIR/current")
    #expect(name("./rev1/../current//") == "DIR/current")
    #expect(name(".", in: "/current") == "DIR/current")
    #expect(name("rev1/a.yaml") == "DIR/rev1/a.yaml")
    #expect(name("-") == "stdin")
  }

  /// A directory and a link to one beside others of the same name, so that `m` is found in several places.
  private func makeLinks() throws {
    for place in ["m/m", "real/m", "real/sub/m", "links/m"] { try directory.write("", to: "\(place)/a.yaml") }
    for (link, target) in [
      ("deep", "real/sub"), ("flat", "real"), ("links/up", "../real"), ("again", "deep"), ("real/sub/back", ".."),
      ("nowhere", "missing"),
    ] {
      try FileManager.default.createSymbolicLink(atPath: "\(directory.path)/\(link)", withDestinationPath: target)
    }
  }

  @Test(arguments: [
    ("deep/m", "", "DIR/deep/m"), ("deep/../m", "", "DIR/real/m"), ("../m", "/deep", "DIR/real/m"),
    ("deep/../../m", "", "DIR/m"), ("flat/../m", "", "DIR/m"), ("../m", "/flat", "DIR/m"),
    ("..", "/flat/sub", "DIR/flat"),
    ("flat/sub/../m", "", "DIR/flat/m"), ("links/up/../m", "", "DIR/m"), ("again/../m", "", "DIR/real/m"),
    ("flat/sub/back/../m", "", "DIR/m"), ("../deep", "/deep", "DIR/real/deep"), ("nowhere/../m", "", "DIR/m"),
    ("missing/../m", "", "DIR/m"), ("../m", "/deep/..", "DIR/m"),
  ])
  func `two dots behind a link lead where the system goes`(path: String, working: String, expected: String) throws {
    try makeLinks()
    #expect(name(path, in: working) == expected)
  }

  @Test func `a path by its name is the file that the given path opens`() throws {
    try makeLinks()
    func number(_ path: String) throws(SystemFailure) -> FileNumber? { try FileNumber(at: path) }
    let parts = ["..", "deep", "flat", "m", "sub", "real", "links", "up", "again", "back", "."]
    var (paths, opened) = ([""], 0)
    for _ in 1...4 {
      paths = paths.flatMap { path in parts.map { path + "/" + $0 } }
      for path in paths {
        guard let given = try number(directory.path + path) else { continue }
        opened += 1
        let named = NamedPath(String(path.dropFirst()), in: directory.path)
        #expect(try number(named.text) == given, "\(path) is called \(named.text)")
        #expect(!named.parts.contains { $0 == "." || $0 == ".." })
      }
      // From a path that leads nowhere nothing can be opened.
      paths = try paths.filter { try number(directory.path + $0) != nil }
    }
    #expect(opened > 500)
  }

  @Test func `several paths are named after the directory that holds them, whatever their number and order`() {
    #expect(name("m/a.yaml", "m/b.yaml") == "DIR/m/*")
    #expect(name("m/c.yaml", "m/b.yaml", "m/a.yaml") == "DIR/m/*")
    #expect(name("m/a", "n/b", "-") == "DIR/*")
    #expect(name("m/a.yaml", "-") == "DIR/m/a.yaml/*")
    #expect(name("/a", "/b") == "/*")
  }

  @Test func `checkouts of one repository share a name, and directories in it do not`() throws {
    try makeRepository("one", origin: "git@git.example.org:vision/fleet.git")
    try makeRepository("two", origin: "https://ada:secret@git.example.org/vision/fleet")
    #expect(name("one/prod") == "git.example.org/vision/fleet//prod")
    #expect(name("two/prod") == "git.example.org/vision/fleet//prod")
    #expect(name("prod", in: "/two") == "git.example.org/vision/fleet//prod")
    #expect(name("two/staging") == "git.example.org/vision/fleet//staging")
    #expect(name("two") == "git.example.org/vision/fleet//")
    #expect(name("two/a.yaml", "two/b/c.yaml") == "git.example.org/vision/fleet//*")
    #expect(name("one/a", "two/a") == "DIR/*")
  }

  @Test func `linked work trees and submodules are read through their files`() throws {
    try makeRepository("one", origin: "ssh://git@git.example.org/vision/fleet.git")
    try directory.write("ref: refs/heads/next\n", to: "one/.git/worktrees/next/HEAD")
    try directory.write("../..\n", to: "one/.git/worktrees/next/commondir")
    try directory.write("gitdir: \(directory.path)/one/.git/worktrees/next\n", to: "next/.git")
    #expect(name("next/m") == "git.example.org/vision/fleet//m")
    try directory.write("ref: refs/heads/main\n", to: "one/.git/modules/sub/HEAD")
    try directory.write("[remote \"origin\"]\nurl = https://example.org/sub\n", to: "one/.git/modules/sub/config")
    try directory.write("gitdir: ../.git/modules/sub\n", to: "one/sub/.git")
    #expect(name("one/sub/m") == "example.org/sub//m")
  }

  @Test func `without an origin the first commit names a repository, and without both the path`() throws {
    try makeRepository("one", origin: nil)
    #expect(name("one/m", commit: Self.commit) == "\(Self.commit)//m")
    #expect(name("one/m") == "DIR/one/m")
    // A clone of a local repository has the same first commit.
    try makeRepository("clone", origin: "\(directory.path)/one/")
    #expect(name("clone/m", commit: Self.commit) == "\(Self.commit)//m")
    #expect(name("clone/m") == "DIR/one//m")
    try directory.write("\(Self.commit)\n", to: "clone/.git/shallow")
    let deep = SourceNaming(working: directory.path) { $0.hasSuffix("/one") ? Self.commit : "wrong" }
    #expect(deep.name(of: ["clone/m"]) == "\(Self.commit)//m")
    // Not a repository: no HEAD.
    try directory.write("", to: "odd/.git/config")
    #expect(name("odd/m", commit: Self.commit) == "DIR/odd/m")
  }

  @Test func `control characters of a path do not reach the name`() {
    #expect(name("a\nb") == "DIR/a%0Ab")
    #expect(name("\u{1b}[2J/m") == "DIR/%1B[2J/m")
  }

  /// Spellings of one place, and of places that must not meet.
  @Test(arguments: [
    "git@h.org:o/r.git", "h.org:o/r", "ssh://git@h.org/o/r.git/", "ssh://h.org:22/o/r", "git+ssh://h.org/o/r",
    "https://h.org/o/r.git", "https://u:p@h.org:443/o/r/", "http://h.org/o/r", "git://H.ORG:9418/o/r",
    "https://h.org/o%2Fr.git", "https://token@h.org//o/r.git",
  ])
  func `every spelling of a URL gives one name`(url: String) {
    #expect(GitRemote(url, in: NamedPath("/w", in: "/")) == .network("h.org/o/r"))
  }

  @Test(arguments: [
    ("https://h.org:8443/o/r", GitRemote.network("h.org:8443/o/r")),
    ("ssh://h.org:2222/o/r", .network("h.org:2222/o/r")),
    ("git@[::1]:o/r.git", .network("[::1]/o/r")), ("https://h.org/O/R", .network("h.org/O/R")),
    ("/srv/git/r.git", .local(NamedPath("/srv/git/r", in: "/"))), ("../r.git", .local(NamedPath("/r", in: "/"))),
    ("file:///srv/git/r.git/", .local(NamedPath("/srv/git/r", in: "/"))),
    ("./a:b", .local(NamedPath("/w/a:b", in: "/"))), (".git", .local(NamedPath("/w/.git", in: "/"))),
  ])
  func `different places have different names`(url: String, remote: GitRemote) {
    #expect(GitRemote(url, in: NamedPath("/w", in: "/")) == remote)
  }

  @Test(
    arguments: [
      ("[remote \"origin\"]\n\turl = x\n", "x"), ("[Remote \"origin\"] URL=x # comment", "x"),
      ("[remote \"origin\"]\nurl = \"a # b\" ; c", "a # b"), ("[remote \"origin\"]\nurl = a\\\nb\n", "ab"),
      ("[remote \"other\"]\nurl = y\n[remote \"origin\"]\nfetch = +a:b\nurl = x\nurl = z", "x"),
      ("[remote \"origin\"]\n; url = y\n# url = z", nil), ("[remote \"Origin\"]\nurl = y", nil), ("[remote", nil),
      ("url = y", nil),
      ("[remote \"a]b\"]\nurl = y\n[remote \"origin\"]\r\nurl = x\r\n", "x"),
    ] as [(String, String?)])
  func `the origin is read as git reads it`(text: String, url: String?) {
    #expect(GitConfiguration(text).value("remote", "origin", "url") == url)
  }
}
