import FleetModel
import ReconcilerTestSupport
import StateStore
import TestKit
import Testing

@testable import BerthCommands

@Suite struct StatusTests {
  private static let now = TestInstallation.start + .seconds(90)

  private func recorded(_ store: StateStore, now: Instant = now) throws -> StatusReport {
    try StatusReport(store, host: "here", TestInstallation.present(store, now: now))
  }

  private func text(_ store: StateStore) throws -> String {
    let stream = TextStream(-1, color: .never, environment: Surroundings(variables: [:]))
    return try recorded(store).text(on: stream)
      .replacing(store.path, with: "STATE")
  }

  @Test func `a screen shows the clusters, the counts and what needs attention`() async throws {
    let installation = try TestInstallation.atStart()
    let store = try await installation.apply(
      BaseManifests.deployment("done", "exit, '0'"), BaseManifests.deployment("broken", "exit, '3'"),
      BaseManifests.deployment("train", "hold"), BaseManifests.deployment("next", "hold", cpu: "4"))
    try expect(try text(store), isGolden: "status.txt")
    let report = try recorded(store)
    #expect(report.concerns.map(\.code) == ["failed", "unwatched"])
    try expect(
      report.json.text().replacing(store.path, with: "STATE").replacing(installation.directory, with: "DIR") + "\n",
      isGolden: "status.json")
  }

  @Test func `who watches is told, and what waits is then no concern`() async throws {
    let installation = try TestInstallation.atStart()
    let store = try await installation.apply(
      BaseManifests.deployment("train", "hold"), BaseManifests.deployment("next", "hold", cpu: "4"))
    let holder = LockHolder(
      who: "ada", host: "far", pid: 7, command: "berth watch m", since: TestInstallation.start)
    try store.record(
      WatchRecord(
        source: "m", holder: holder, boot: "b", processStart: 1, lastPass: Self.now + TimeSpan.seconds(-3),
        seen: Self.now))
    let text = try text(store)
    #expect(
      text.contains(
        "m is watched by ada@far (pid 7, berth watch m, since 2026-11-23T19:00:00Z); last pass 3s ago.\n"), "\(text)")
    #expect(try recorded(store).concerns.isEmpty)
    // Once it has been silent for long, nobody counts on it.
    let later = Self.now + .seconds(3600)
    #expect(try recorded(store, now: later).concerns.map(\.code) == ["unwatched"])
  }

  @Test func `runs that have ended unrecorded are counted as ended, and hold nothing`() async throws {
    let installation = try TestInstallation.atStart()
    let store = try await installation.apply(
      BaseManifests.deployment("good", "hold"), BaseManifests.deployment("bad", "hold"),
      BaseManifests.deployment("next", "hold", cpu: "4"))
    for (name, status) in [("good", 0), ("bad", 3)] as [(String, Int)] {
      installation.engine.end(try #require(installation.engine.running(name)), .exited(status: status))
    }
    let before = try recorded(store)
    let present = try await installation.reconciler(time: StandingTime(Self.now)).present()
    let report = try StatusReport(store, host: "here", present)
    func counts(_ report: StatusReport) -> [String: Int] {
      Dictionary(uniqueKeysWithValues: report.counts.filter { $0.count > 0 }.map { ($0.status.rawValue, $0.count) })
    }
    #expect(counts(before) == ["RUNNING": 2, "PENDING": 1])
    #expect(counts(report) == ["COMPLETED": 1, "FAILED": 1, "PENDING": 1])
    #expect(report.clusters.map(\.held) == [.zero])
    #expect(report.onCluster.values.map { [$0.running, $0.waiting] } == [[0, 1]])
    #expect(report.concerns.map(\.code) == ["failed", "unwatched"])
  }
}
