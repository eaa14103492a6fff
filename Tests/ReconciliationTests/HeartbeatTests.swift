import FleetModel
import Foundation
import ReconcilerTestSupport
import StateStore
import Synchronization
import TestKit
import Testing

@testable import Reconciliation

@Suite struct HeartbeatTests {
  /// Looks at the recorded watches when a watch has looked at everything, and then ends it.
  private final class Observer: ReconcilerObserver {
    let found = Mutex<[WatchRecord]>([])
    let look: @Sendable () -> [WatchRecord]
    let isOver: @Sendable () -> Void

    init(look: @escaping @Sendable () -> [WatchRecord], isOver: @escaping @Sendable () -> Void) {
      (self.look, self.isOver) = (look, isOver)
    }

    func reconciler(did notice: ReconcilerNotice) {
      guard case .watch(.began) = notice else { return }
      found.withLock { $0 = look() }
      isOver()
    }
  }

  @Test func `a watch is recorded before its first pass, and no longer once it has ended`() async throws {
    let installation = try TestInstallation()
    let directory = installation.directory + "/m"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    try BaseManifests.vision.write(toFile: directory + "/base.yaml", atomically: true, encoding: .utf8)
    let store = try installation.store()
    let (ends, end) = AsyncStream.makeStream(of: Void.self)
    let reader = try installation.store(.readOnly)
    let observer = Observer(
      look: { (try? reader.watches(SystemTime().now())) ?? [] }, isOver: { end.yield() })
    let holder = LockHolder(who: "ada", host: "here", pid: 1, command: "berth watch m", since: SystemTime().now())
    let reconciler = Reconciler(
      store: store, holder: holder, engines: installation, secrets: installation, time: SystemTime(), observer: observer
    )
    let watch = Task { try await reconciler.watch(WatchRequest(paths: [directory], source: "m", program: "test")) }
    for await _ in ends { break }
    watch.cancel()
    #expect(try await watch.value.end == .interrupted)
    let found = try #require(observer.found.withLock { $0 }.first)
    #expect(found.source == "m" && found.holder.who == "ada" && found.holder.pid == getpid())
    #expect(try store.watches(SystemTime().now()) == [])
  }
}
