import FleetModel
import ReconcilerTestSupport
import Reports
import StateStore
import TestKit
import Testing

@testable import BerthCommands

@Suite struct DescribeTests {
  private func description(_ store: StateStore, _ name: String) throws -> DeploymentDescription {
    let row = try #require(try store.deployments(ObjectFilter(TestInstallation.identity(name))).first)
    return try DeploymentDescription(row, TestInstallation.lines(store))
  }

  @Test func `a running deployment is described in full`() async throws {
    let installation = try TestInstallation.atStart()
    let store = try await installation.apply(
      BaseManifests.deployment("train", "hold", "priority: low, env: {A: b, T: {fromEnv: THERE}}, maxRuntime: 2h"),
      BaseManifests.deployment("evaluate", "exit, '0'", "dependsOn: [train], priority: high"))
    var description = try description(store, "train")
    description.details = try await Describe.details(description.liveRun, store: store, engines: installation)
    #expect(
      description.sheet.text(width: 100) == """
        Deployment vision/lab/train
          Status         RUNNING since 2026-11-23T19:00:00Z (5m)
          Priority       train (low) inherits high priority from evaluate, which waits for it
          Generation     1 (1 attempt, 0 failed)
          User           ada
          Image          busybox
          Command        [hold]
          Variable       A=b
          Variable       T fromEnv THERE
          Mode           job
          Resources      ram 1Gi, cpu 1
          Retries        none
          Max runtime    2h
          Stop grace     10s
          Secrets        a changed value is ignored
          Source         default
          Created        2026-11-23T19:00:00Z (5m ago)
          Live run       \(try #require(description.liveRun).name.text)
            pid          42
            containment  cgroup

        Depends on
          none

        Dependents
          NAME      UNTIL      STATUS   REASON
          evaluate  completed  PENDING  waitsForDependency

        Runs
          ATTEMPT  STARTED               DURATION  RUN                         STATE
          1.1      2026-11-23T19:00:00Z        5m  \(try #require(description.liveRun).name.text)  running

        Events
          TIME                  EVENT     MESSAGE
          2026-11-23T19:00:00Z  created   declared
          2026-11-23T19:00:00Z  admitted  run 1 of generation 1 was admitted
          2026-11-23T19:00:00Z  started   running

        """)
    let json = description.json.text()
    for part in [
      #""effective_priority": 3"#, #""inherits_from": "vision/lab/evaluate""#, #""state": "running""#, #""pid": "42""#,
      #""identity": "vision/lab/evaluate""#,
    ] {
      #expect(json.contains(part), "\(part)")
    }
    #expect(!json.contains("swordfish"))
  }

  @Test func `a waiting deployment says why it waits and what helps`() async throws {
    let store = try await TestInstallation.atStart().apply(
      BaseManifests.deployment("off", "hold", "suspend: true"),
      BaseManifests.deployment("next", "hold", "dependsOn: [off]"))
    let sheet = try description(store, "next").sheet
    #expect(sheet.lines.contains { $0.label == "Why" && $0.text == "next waits for off to complete" })
    #expect(sheet.lines.contains { $0.label == "Next" && $0.text.hasPrefix("see: berth describe vision/lab/off") })
  }

  @Test func `an engine that does not answer hides nothing else`() async throws {
    let installation = try TestInstallation.atStart()
    let store = try await installation.apply(BaseManifests.deployment("train", "hold"))
    installation.engine.change { $0.silence = "gone fishing" }
    let details = try await Describe.details(description(store, "train").liveRun, store: store, engines: installation)
    #expect(details.map(\.label) == ["engine"] && details.map(\.value) == ["does not answer: gone fishing"])
  }

  @Test func `the other kinds are described without their secrets`() async throws {
    let store = try await TestInstallation.atStart().apply(BaseManifests.deployment("train", "hold"))
    let cluster = try ObjectDescription(
      .cluster(ClusterIdentity(organization: "vision", name: "lab")), TestInstallation.lines(store))
    #expect(
      cluster.sheet.text(width: 100) == """
        Cluster vision/lab
          Engine        process
          Creator       ada
          Capacity      ram 8Gi, cpu 4, gpu 2
          Held          ram 1Gi, cpu 1
          Preemption    lowerPriority, after 5m
          Reservations  1
          Bypasses      at most 16
          Aging after   1d
          Source        default
          Created       2026-11-23T19:00:00Z (5m ago)

        Deployments
          NAME              STATUS   REASON  PRIORITY  RESOURCES
          vision/lab/train  RUNNING          medium    ram 1Gi, cpu 1

        Events
          TIME                  EVENT    MESSAGE
          2026-11-23T19:00:00Z  created  declared

        """)
    let organization = try ObjectDescription(.organization("vision"), TestInstallation.lines(store))
    let code = try #require(try store.load().organizations.first).inviteCode.withValue { $0 }
    #expect(!organization.sheet.text(width: 100).contains(code) && !organization.json.text().contains(code))
    #expect(organization.sheet.lines.first?.text == "generated; never shown")
    let user = try ObjectDescription(.user("ada"), TestInstallation.lines(store))
    #expect(user.sheet.lines.contains { $0.label == "Password" && $0.text == "none: can't log in" })
    #expect(user.json.text().contains(#""deployments": ["#))
  }

  @Test func `a deleted deployment is described from its history`() async throws {
    let installation = try TestInstallation.atStart()
    let store = try await installation.apply(BaseManifests.deployment("old", "exit, '0'"))
    let state = try store.load()
    try store.commit(state.deployments.map { .deploymentDeleted($0.id) }, counters: state.counters)
    let identity = try ObjectSearch(store: store).identity("vision/lab/old", remembers: true)
    let (sheet, _) = try Describe.remembered(identity, store, TestInstallation.now)
    #expect(sheet.lines.map(\.text) == ["deleted; only its history is left"])
    #expect(sheet.sections.map { $0.table.rows.count } == [1, 5])
    #expect(throws: CommandError.self) { try ObjectSearch(store: store).identity("vision/lab/old") }
  }
}
