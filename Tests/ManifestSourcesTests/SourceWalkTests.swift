import TestKit
import Testing

@testable import ManifestSources

@Suite struct SourceWalkTests {
  @Test func `each directory is returned before anything in it is looked at`() throws {
    let tree = try TemporaryDirectory("walk")
    try tree.write("a", to: "a.yaml")
    try tree.write("b", to: "sub/b.yaml")
    var walk = try SourceWalk([.path(tree.path)])
    let root = try #require(try walk.nextDirectory())
    // The walk has listed nothing, so it finds this file and this directory.
    try tree.write("late", to: "late.yaml")
    let sub = try #require(try walk.nextDirectory())
    #expect(root.identity != sub.identity && !walk.followsLinks)
    try tree.write("later", to: "sub/later.yaml")
    #expect(try walk.nextDirectory() == nil)
    #expect(walk.reading.files.map(\.relativePath) == ["a.yaml", "late.yaml", "sub/b.yaml", "sub/later.yaml"])
  }

  @Test func `directories in which a link is looked up are returned before the look`() throws {
    let tree = try TemporaryDirectory("walk")
    try tree.write("one", to: "..one/x.yaml")
    try tree.write("two", to: "..two/x.yaml")
    try tree.link("..data", to: "..one")
    try tree.link("x.yaml", to: "..data/x.yaml")
    var walk = try SourceWalk([.path(tree.path)])
    let root = try #require(try walk.nextDirectory()?.identity)
    #expect(!walk.followsLinks)
    // The walk is about to look the link up.
    #expect(try walk.nextDirectory()?.identity == root)
    #expect(walk.followsLinks)
    #expect(try walk.nextDirectory()?.identity == root)
    try tree.relink("..data", to: "..two")
    while try walk.nextDirectory() != nil {}
    #expect(walk.reading.files.map(\.bytes) == [Array("two".utf8)])
  }
}
