import FleetModel
import Foundation
import Glibc
import SystemCalls
import TestKit
import Testing

@testable import ManifestSources

@Suite struct DirectoryNotifierTests {
  @Test func `only changes that could affect a walk are reported`() {
    func isRelevant(_ name: String, _ mask: Int32, all: Bool = false) -> Bool {
      InotifyEvent(watch: 1, mask: mask, cookie: 0, name: Array(name.utf8)).isRelevant(anyName: all)
    }
    #expect(isRelevant("a.yaml", IN_CLOSE_WRITE))
    #expect(isRelevant("a.yml", IN_DELETE))
    #expect(isRelevant(".berthignore", IN_MOVED_TO))
    #expect(isRelevant("sub", IN_CREATE | IN_ISDIR))
    #expect(isRelevant("", IN_Q_OVERFLOW))
    #expect(isRelevant("", IN_DELETE_SELF))
    for name in [".a.yaml.swp", ".#a.yaml", ".git"] { #expect(!isRelevant(name, IN_CREATE)) }
    for name in ["a.yaml~", "notes.txt", "4913", "kustomization.yaml"] { #expect(!isRelevant(name, IN_CLOSE_WRITE)) }
    #expect(!isRelevant("a.yaml", IN_IGNORED))
    // A link in a hidden directory or a secret in a file may matter.
    #expect(isRelevant("..data", IN_MOVED_TO, all: true))
  }

  @Test func `an overflow of the queue is reported as a change`() async throws {
    let (told, continuation) = AsyncStream<Void>.makeStream()
    let notifier = DirectoryNotifier { _ in continuation.yield() }
    var event = inotify_event()
    event.wd = -1
    event.mask = UInt32(bitPattern: IN_Q_OVERFLOW)
    let bytes = withUnsafeBytes(of: &event) { Array($0.prefix(MemoryLayout<inotify_event>.size)) }
    notifier.note(bytes.withUnsafeBytes(InotifyEvent.parse))
    for await _ in told { break }
    withExtendedLifetime(notifier) {}
  }

  @Test func `a file that changed just before it was read has no stamp`() throws {
    let stamp = FileStamp(device: 1, inode: 2, size: 3, modified: 4, changed: 1_000_000_001)
    #expect(stamp.settled(readAt: 1_000_000_001) == nil)
    #expect(stamp.settled(readAt: 1_050_000_001) == nil)
    #expect(stamp.settled(readAt: 1_050_000_002) == stamp)
    // A filesystem that counts in seconds gives a change half a second later the same stamp, and an image gives it to
    // all files.
    let coarse = FileStamp(device: 1, inode: 2, size: 3, modified: 4, changed: 1_000_000_000)
    #expect(coarse.settled(readAt: 1_500_000_000) == nil)
    #expect(coarse.settled(readAt: 1_000_000_000_000) == nil)
    #expect(FileStamp(bytes: stamp.bytes) == stamp)
    #expect(FileStamp(bytes: []) == nil)
    // A file written just now is read, and another text of the same size is noticed at once.
    let temporary = try TemporaryDirectory("racy")
    let directory = temporary.path
    let path = directory + "/a.yaml"
    try "a: 1".write(toFile: path, atomically: false, encoding: .utf8)
    let first = try ManifestDirectory.read([.path(directory)]).files[0]
    var known: [String: KnownFile] = [:]
    if let stamp = first.stamp {
      known[first.relativePath] = KnownFile(stamp: stamp, digest: MessageDigest.sha256(first.bytes))
    }
    try "a: 2".write(toFile: path, atomically: false, encoding: .utf8)
    let second = try ManifestDirectory.read([.path(directory)], knowing: known).files[0]
    #expect(second.bytes == Array("a: 2".utf8) && !second.isAsBefore)
  }

  @Test func `a file with a known stamp is not opened`() throws {
    let temporary = try TemporaryDirectory("known")
    let directory = temporary.path
    let path = directory + "/a.yaml"
    try "a: 1".write(toFile: path, atomically: false, encoding: .utf8)
    var status = stat()
    #expect(stat(path, &status) == 0)
    let known = ["a.yaml": KnownFile(stamp: FileStamp(status), digest: [7])]
    let file = try ManifestDirectory.read([.path(directory)], knowing: known).files[0]
    #expect(file.isAsBefore && file.digest == [7] && file.bytes.isEmpty)
    // A touched file with the same bytes must be read.
    #expect(utimensat(AT_FDCWD, path, nil, 0) == 0)
    let touched = try ManifestDirectory.read([.path(directory)], knowing: known).files[0]
    #expect(!touched.isAsBefore && touched.bytes == Array("a: 1".utf8))
  }

  @Test func `a file is read again only when its stamp or its digest says so`() throws {
    let temporary = try TemporaryDirectory("tree")
    let directory = temporary.path
    try "a: 1".write(toFile: directory + "/a.yaml", atomically: true, encoding: .utf8)
    try "b: 1".write(toFile: directory + "/b.yaml", atomically: true, encoding: .utf8)
    let tree = ManifestTree(paths: [directory])
    let first = try tree.look(accepted: { _ in nil })
    #expect(first.files.map(\.isAsBefore) == [false, false])
    let digests = Dictionary(uniqueKeysWithValues: first.files.map { ($0.relativePath, $0.digest) })
    try "b: 2".write(toFile: directory + "/b.yaml", atomically: true, encoding: .utf8)
    let second = try tree.look(accepted: { digests[$0] ?? nil })
    #expect(second.files.map(\.isAsBefore) == [true, false])
    #expect(second.files[1].bytes == Array("b: 2".utf8))
    #expect(try tree.look(accepted: nil).files.allSatisfy { !$0.bytes.isEmpty })
  }
}
