import Diagnostics
import Glibc
import ManifestSources
import TestKit
import Testing

@Suite struct ManifestDirectoryTests {
  private let tree: TemporaryDirectory
  init() throws { tree = try TemporaryDirectory("sources") }

  private func read(_ names: String...) throws -> ManifestReading {
    try ManifestDirectory.read(
      names.map { .path($0.hasPrefix("/") ? $0 : $0.isEmpty ? tree.path : "\(tree.path)/\($0)") })
  }

  private func texts(_ reading: ManifestReading) -> [String] {
    reading.files.map { "\($0.relativePath)=\(String(decoding: $0.bytes, as: UTF8.self))" }
  }

  /// Code and path of each problem.
  private func refusals(_ reading: ManifestReading) -> [String] {
    reading.problems.map { "\($0.code.number) \($0.place?.file.dropFirst(tree.path.count + 1) ?? "")" }
  }

  @Test func `a directory is read recursively in byte order`() throws {
    for name in ["b.yaml", "a/z.yml", "a.yaml", "B.yaml", "a/b/c.yaml", "é.yaml", "a/note.txt", "yaml", "x.YAML"] {
      try tree.write(name, to: name)
    }
    let reading = try read("")
    #expect(
      reading.files.map(\.relativePath)
        == ["B.yaml", "a.yaml", "a/b/c.yaml", "a/z.yml", "b.yaml", "é.yaml"])
    #expect(reading.files.allSatisfy { $0.displayPath == "\(tree.path)/\($0.relativePath)" })
    #expect(reading.files.allSatisfy { $0.bytes == Array($0.relativePath.utf8) })
    #expect(reading.binding == tree.path && reading.base == tree.path && reading.problems.isEmpty)
  }

  @Test func `hidden files and kustomizations are skipped`() throws {
    for name in [".a.yaml", ".git/b.yaml", "kustomization.yaml", "a/kustomization.yml", "a/.x/c.yaml", "a/d.yaml"] {
      try tree.write("", to: name)
    }
    #expect(texts(try read("")) == ["a/d.yaml="])
    #expect(try read("kustomization.yaml").files.count == 1, "named by the user, it is read")
  }

  @Test func `an empty directory is empty, and a missing one an error`() throws {
    #expect(try read("").files.isEmpty)
    let missing = "\(tree.path)/none"
    #expect(throws: ManifestSourceError.missing(path: missing)) { try read("none") }
    try tree.write("", to: "a.yaml")
    #expect(throws: ManifestSourceError.missing(path: "\(tree.path)/a.yaml/b")) { try read("a.yaml/b") }
    #expect(throws: ManifestSourceError.missing(path: "")) { try ManifestDirectory.read([.path("")]) }
  }

  @Test func `overlapping paths read each file once`() throws {
    try tree.write("b", to: "a/b.yaml")
    try tree.write("c", to: "a/c.yaml")
    let first = try read("a", "a/b.yaml", "")
    #expect(first.files.map(\.bytes) == [Array("b".utf8), Array("c".utf8)])
    #expect(first.binding == nil)
    let second = try read("a/c.yaml", "a")
    #expect(second.files.map(\.displayPath) == ["\(tree.path)/a/c.yaml", "\(tree.path)/a/b.yaml"])
  }

  @Test func `a slash at the end changes nothing`() throws {
    try tree.write("", to: "a/b.yaml")
    let reading = try read("a//")
    #expect(reading.files.map(\.displayPath) == ["\(tree.path)/a/b.yaml"])
    #expect(reading.binding == "\(tree.path)/a")
  }

  @Test func `standard input is a file, too`() throws {
    try tree.write("a", to: "a.yaml")
    let reading = try ManifestDirectory.read([.standardInput([1, 2]), .path("\(tree.path)/a.yaml")])
    #expect(reading.files.map(\.displayPath) == ["<stdin>", "\(tree.path)/a.yaml"])
    #expect(reading.files[0].bytes == [1, 2] && reading.binding == nil)
    let large = [UInt8](repeating: 32, count: ManifestLimits.fileSize + 1)
    #expect(try ManifestDirectory.read([.standardInput(large)]).problems.map(\.code) == [.fileTooLarge])
  }

  @Test func `links within the tree are followed once`() throws {
    try tree.write("a", to: "real/a.yaml")
    try tree.write("m", to: "..2024/m.yaml")
    try tree.link("..data", to: "..2024")
    try tree.link("m.yaml", to: "..data/m.yaml")
    try tree.link("aaa.yaml", to: "real/a.yaml")
    try tree.link("absolute.yaml", to: "\(tree.path)/real/a.yaml")
    try tree.link("real/up", to: "..")
    try tree.link("other", to: "./real/../real")
    let reading = try read("")
    #expect(texts(reading) == ["m.yaml=m", "real/a.yaml=a"])
    #expect(reading.problems.isEmpty)
  }

  @Test func `links that lead out are refused, and nothing is read there`() throws {
    let other = try TemporaryDirectory("sources")
    try other.write("secret", to: "secret.yaml")
    let inside = try TemporaryDirectory("sources")
    try inside.write("", to: "x.yaml")
    try tree.write("a", to: "t/a.yaml")
    try tree.link("t/one.yaml", to: "\(other.path)/secret.yaml")
    try tree.link("t/two.yaml", to: "../../\(other.path.split(separator: "/")[1])/secret.yaml")
    try tree.link("t/three", to: other.path)
    try tree.link("t/chain.yaml", to: "three/secret.yaml")
    try tree.link("t/up.yaml", to: "../t/a.yaml")
    try tree.link("t/prefix.yaml", to: "\(tree.path)/t-other/x.yaml")
    try tree.link("t/data", to: "\(other.path)/secret.yaml")
    let reading = try read("t")
    #expect(texts(reading) == ["a.yaml=a"])
    #expect(
      refusals(reading) == [
        "101 t/chain.yaml", "101 t/one.yaml", "101 t/prefix.yaml", "101 t/three", "101 t/two.yaml", "101 t/up.yaml",
      ])
    let named = try read("t/one.yaml")
    #expect(named.files.isEmpty && refusals(named) == ["101 t/one.yaml"])
  }

  @Test func `broken links of manifests are refused`() throws {
    try tree.link("a.yaml", to: "b.yaml")
    try tree.link("b.yaml", to: "a.yaml")
    try tree.link("gone.yaml", to: "nothing.yaml")
    try tree.link("note", to: "nothing")
    let reading = try read("")
    #expect(refusals(reading) == ["102 a.yaml", "102 b.yaml", "102 gone.yaml"])
    #expect(reading.problems[0].message == "can't follow the symbolic link: it leads in a circle")
    #expect(reading.problems[2].message == "can't follow the symbolic link: No such file or directory")
  }

  @Test func `special files are refused by name, without waiting`() throws {
    try tree.special("fifo.yaml", S_IFIFO)
    try tree.special("socket.yml", S_IFSOCK)
    try tree.special("other", S_IFIFO)
    try tree.link("link.yaml", to: "other")
    let reading = try read("")
    #expect(refusals(reading) == ["103 fifo.yaml", "103 link.yaml", "103 socket.yml"])
    #expect(
      reading.problems.map(\.message) == [
        "expected a regular file, found a FIFO", "expected a regular file, found a FIFO",
        "expected a regular file, found a socket",
      ])
    #expect(try read("/dev/null").problems.map(\.message) == ["expected a regular file, found a device"])
  }

  @Test func `a file that can not be read is named`() throws {
    // Address 0 of the memory is not readable, not even for root.
    let reading = try read("/proc/self/mem")
    #expect(reading.problems.map(\.code) == [.unreadableFile] && reading.files.isEmpty)
  }

  @Test func `a file without a known size is read to its end`() throws {
    let reading = try read("/proc/self/status")
    let text = String(decoding: reading.files.first?.bytes ?? [], as: UTF8.self)
    #expect(text.contains("voluntary_ctxt_switches"))
  }

  @Test func `only a file within the limit is read`() throws {
    try tree.write("", to: "fits.yaml")
    try tree.resize("fits.yaml", to: ManifestLimits.fileSize)
    try tree.write("", to: "large.yaml")
    try tree.resize("large.yaml", to: ManifestLimits.fileSize + 1)
    let reading = try read("")
    #expect(reading.files.map(\.bytes.count) == [ManifestLimits.fileSize])
    #expect(refusals(reading) == ["1 large.yaml"])
  }

  @Test func `directories nested too deep are refused`() throws {
    let deep = (1...ManifestLimits.depth).map { _ in "d" }.joined(separator: "/")
    try tree.write("", to: "\(deep)/a.yaml")
    try tree.write("", to: "\(deep)/e/b.yaml")
    let reading = try read("")
    #expect(reading.files.map(\.relativePath) == ["\(deep)/a.yaml"])
    #expect(refusals(reading) == ["106 \(deep)/e"])
  }

  @Test func `the ignore file of the root says what is skipped`() throws {
    try tree.write(
      "# comment\ntest/\n/top.yaml  \n*.tmp.yaml\r\nx/**/y.yaml\n!keep.tmp.yaml\nout.yaml\n", to: ".berthignore")
    for name in [
      "a.yaml", "top.yaml", "s/top.yaml", "s/test/a.yaml", "b.tmp.yaml", "s/keep.tmp.yaml", "x/y.yaml", "x/1/2/y.yaml",
      "x/z.yaml",
    ] { try tree.write("", to: name) }
    try tree.link("out.yaml", to: "/etc/passwd")
    let reading = try read("")
    #expect(reading.files.map(\.relativePath) == ["a.yaml", "s/keep.tmp.yaml", "s/top.yaml", "x/z.yaml"])
    #expect(reading.problems.isEmpty)
  }

  @Test func `an ignore file that is a link is refused`() throws {
    try tree.link(".berthignore", to: "/etc/passwd")
    #expect(refusals(try read("")) == ["104 .berthignore"])
  }
}
