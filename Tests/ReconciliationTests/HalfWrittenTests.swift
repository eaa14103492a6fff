import FleetCore
import FleetModel
import Foundation
import Glibc
import ManifestSources
import ReconcilerTestSupport
import TestKit
import Testing

@testable import Reconciliation

@Suite struct HalfWrittenTests {
  private let installation: TestInstallation
  private let directory: String
  private let reconciler: Reconciler

  init() async throws {
    installation = try TestInstallation()
    directory = installation.directory + "/m"
    reconciler = try installation.reconciler()
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    try write(BaseManifests.vision, to: "base.yaml")
    try write(Self.job("first") + Self.job("second"), to: "a.yaml")
    try await reconciler.carryOut(directory)
    try await reconciler.beginToWatch(directory)
  }

  private static func job(_ name: String) -> String { BaseManifests.deployment(name, "x", "suspend: true") }

  private func write(_ text: String, to name: String) throws {
    try text.write(toFile: directory + "/" + name, atomically: true, encoding: .utf8)
  }

  @Test func `soon after a change new objects are declared, and missing ones are waited for`() async throws {
    try write(Self.job("third"), to: "b.yaml")
    #expect(try await reconciler.look(isEarly: true) == .takes(new: 1, gone: 0))
    try write(Self.job("first"), to: "a.yaml")
    #expect(try await reconciler.look(isEarly: true) == .waits)
    #expect(try await reconciler.look(isEarly: false) == .takes(new: 1, gone: 1))
    // The missing object has appeared in another file.
    try write(Self.job("third") + Self.job("second"), to: "b.yaml")
    #expect(try await reconciler.look(isEarly: true) == .takes(new: 1, gone: 0))
  }

  @Test func `soon after a change broken manifests are not reported`() async throws {
    try write("kind: [", to: "b.yaml")
    #expect(try await reconciler.look(isEarly: true) == .waits)
    #expect(try await reconciler.look(isEarly: false) == .broken)
  }

  @Test func `nothing is declared while a manifest is open for writing`() async throws {
    #expect(try await reconciler.look(isEarly: false) == .takes(new: 0, gone: 0))
    let file = Glibc.open(directory + "/a.yaml", O_WRONLY | O_TRUNC | O_CLOEXEC)
    try #require(file >= 0)
    for part in [Self.job("first"), Self.job("second")] {
      #expect(try await reconciler.look(isEarly: false) == .waits)
      var bytes = Array(part.utf8)
      #expect(Glibc.write(file, &bytes, bytes.count) == bytes.count)
    }
    #expect(try await reconciler.look(isEarly: false) == .waits)
    close(file)
    #expect(try await reconciler.look(isEarly: false) == .takes(new: 0, gone: 0))
  }

  @Test func `a file that was emptied is waited for, and counts as it is after a limit`() async throws {
    try write("", to: "a.yaml")
    #expect(try await reconciler.look(isEarly: false) == .waits)
    // Its objects were written again, or stand in another file.
    try write(Self.job("first") + Self.job("second"), to: "a.yaml")
    #expect(try await reconciler.look(isEarly: false) == .takes(new: 0, gone: 0))
    try write("", to: "a.yaml")
    #expect(try await reconciler.look(isEarly: false) == .waits)
    await reconciler.letCompletionTimeOut()
    #expect(try await reconciler.look(isEarly: false) == .takes(new: 0, gone: 2))
  }

  @Test func `manifests that never become quiet are taken as they are after a limit`() async throws {
    try write(Self.job("first"), to: "a.yaml")
    #expect(try await reconciler.look(isEarly: true) == .waits)
    await reconciler.letCompletionTimeOut()
    #expect(try await reconciler.look(isEarly: true) == .takes(new: 0, gone: 1))
  }
}

extension Reconciler {
  /// The result of one look at the manifests.
  enum Look: Equatable {
    case takes(new: Int, gone: Int)
    case waits
    case broken
  }

  /// Enters the state of a watch that has begun.
  fileprivate func beginToWatch(_ directory: String) throws {
    watching = WatchState(
      WatchRequest(paths: [directory], source: "default", program: "test"), notifier: DirectoryNotifier { _ in })
    watching?.hasBegun = true
    _ = try load()
  }

  fileprivate func look(isEarly: Bool) throws -> Look {
    var scope = RecheckScope()
    scope.isEarly = isEarly
    switch try checkManifests(scope) {
    case .postponed: return .waits
    case .broken: return .broken
    case .unchanged: return .takes(new: 0, gone: 0)
    case .declared(let revision, _): return .takes(new: revision.declarations.count, gone: revision.withdrawn.count)
    }
  }

  fileprivate func letCompletionTimeOut() {
    watching?.postponedSince = Instant(nanoseconds: time.now().nanoseconds - Self.completionTimeout.nanoseconds)
  }
}
