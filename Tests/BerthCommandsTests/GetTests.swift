import FleetModel
import Foundation
import PlanModel
import ReconcilerTestSupport
import Reports
import StateStore
import TestKit
import Testing

@testable import BerthCommands

@Suite struct GetTests {
  private func output(
    _ store: StateStore, _ words: [String] = [], _ change: (inout GetSelection) -> Void = { _ in }
  ) throws -> GetOutput {
    var selection = try GetSelection(words, in: store)
    change(&selection)
    return try GetOutput(store, selection, TestInstallation.present(store))
  }

  private func text(_ tables: [TextTable]) -> String { tables.map { $0.text() }.joined(separator: "\n") }

  @Test func `tables show every kind`() async throws {
    let store = try await TestInstallation.atStart().apply(
      BaseManifests.deployment("done", "exit, '0'", "priority: high", cpu: "500m"),
      BaseManifests.deployment("hog", "hold", "priority: high", cpu: "3500m"),
      BaseManifests.deployment("later", "hold", "dependsOn: [wide], priority: high"),
      BaseManifests.deployment("wide", "hold", "mode: job", cpu: "3"))
    #expect(
      try text(output(store, ["all"]).tables(isWide: false, columns: [])) == """
        NAME    AGE
        vision   5m

        NAME  EMAIL            ACTIVE  ORGANIZATIONS  AGE
        ada   ada@example.org  yes     vision          5m

        NAME        ENGINE     FREE RAM   FREE CPU  FREE GPU  AGE
        vision/lab  process  7Gi of 8Gi  500m of 4    2 of 2   5m

        NAME              STATUS     REASON                PRIORITY       RAM    CPU  GPU  AGE
        vision/lab/done   COMPLETED                        high           1Gi   500m    0   5m
        vision/lab/hog    RUNNING                          high           1Gi  3500m    0   5m
        vision/lab/later  PENDING    waitsForDependency    high           1Gi      1    0   5m
        vision/lab/wide   PENDING    insufficientCapacity  medium → high  1Gi      3    0   5m

        """)
  }

  @Test func `the wide table gives the reason as a sentence`() async throws {
    let store = try await TestInstallation.atStart().apply(
      BaseManifests.deployment("hog", "hold", "priority: high", cpu: "3500m"),
      BaseManifests.deployment("wide", "hold", cpu: "3"),
      BaseManifests.deployment("hidden", "hold", "env: {T: {fromEnv: NOT_THERE}}"),
      BaseManifests.deployment("off", "hold", "suspend: true"))
    #expect(
      try text(output(store).tables(isWide: true, columns: ["name", "why"])) == """
        NAME               WHY
        vision/lab/hidden  waits for a secret: it was not there when it was last looked for
        vision/lab/hog
        vision/lab/off     is suspended by its manifest
        vision/lab/wide    waits for CPU: needs 3, 500m of 4 free; held by hog (3500m)

        """)
  }

  @Test func `an unknown engine and room that became free are reported`() async throws {
    let installation = try TestInstallation.atStart()
    installation.engine.change { $0.silence = "no route" }
    let store = try await installation.apply(BaseManifests.deployment("one", "hold"))
    let columns = ["name", "why"]
    #expect(
      try text(output(store).tables(isWide: true, columns: columns)).contains(
        "waits: the engine of its cluster is unavailable: it did not answer when it was last asked"))
    // A run ended and its room was not given out yet.
    let second = try TestInstallation.atStart()
    let other = try await second.apply(
      BaseManifests.deployment("one", "hold", cpu: "4"), BaseManifests.deployment("two", "hold"))
    var state = try other.load()
    var run = try #require(state.runs.first)
    run.state = .ended
    run.outcome = .exited(status: 0)
    run.endedAt = TestInstallation.now
    state.deployments[0].progress.status = .completed
    try other.commit(
      [.run(run), .progress(state.deployments[0].id, state.deployments[0].progress)], counters: state.counters)
    #expect(
      try text(output(other).tables(isWide: true, columns: columns)).contains(
        "vision/lab/two  can start; the next apply starts it, because nothing watches"))
  }

  @Test func `JSON has the columns of the tables`() async throws {
    let store = try await TestInstallation.atStart().apply(BaseManifests.deployment("train", "hold", "suspend: true"))
    #expect(
      try output(store).json(columns: []).text() == """
        [
          {
            "kind": "Deployment",
            "organization": "vision",
            "cluster": "lab",
            "name": "train",
            "id": 1,
            "status": "CANCELLED",
            "reason": {
              "code": "suspended",
              "text": "is suspended by its manifest"
            },
            "priority": 2,
            "required_ram": 1.0,
            "required_cpu": 1.0,
            "required_gpu": 0.0,
            "cluster_id": 1,
            "user_id": 1,
            "user": "ada",
            "docker_image": "busybox",
            "mode": "job",
            "generation": 1,
            "attempts": 0,
            "failures": 0,
            "run": null,
            "started_at": null,
            "created_at": "2026-11-23T19:00:00Z",
            "source": "default",
            "is_withdrawn": false
          }
        ]
        """)
    #expect(
      try output(store, ["users"]).json(columns: ["username", "id"]).text(isIndented: false)
        == #"[{"username":"ada","id":1}]"#)
    let clusters = try output(store, ["cluster"]).json(columns: []).text()
    for column in [
      "id", "name", "total_ram", "total_cpu", "total_gpu", "available_ram", "available_cpu", "available_gpu",
      "organization_id", "creator_id", "created_at",
    ] {
      #expect(clusters.contains("\"\(column)\": "), "\(column)")
    }
    let all = try output(store, ["all"]).json(columns: []).text()
    for secret in ["hashed_password", "invite_code"] { #expect(!all.contains(secret)) }
  }

  @Test func `an unknown column is an error that names the known ones`() async throws {
    let store = try await TestInstallation.atStart().apply(BaseManifests.deployment("train", "hold"))
    #expect {
      _ = try output(store).json(columns: ["age"])
    } throws: { error in
      guard let error = error as? UnknownColumn else { return false }
      return error.name == "age" && error.known.first == "kind" && error.known.contains("status")
    }
  }

  @Test func `filters select by status, cluster, organization and name`() async throws {
    let store = try await TestInstallation.atStart().apply(
      BaseManifests.deployment("done", "exit, '0'"), BaseManifests.deployment("train", "hold"))
    #expect(try output(store).names == "deployment/vision/lab/done\ndeployment/vision/lab/train\n")
    #expect(try output(store) { $0.statuses = [.running] }.names == "deployment/vision/lab/train\n")
    #expect(try output(store) { $0.cluster = "vision/lab" }.deployments.count == 2)
    #expect(try output(store) { $0.cluster = "lab" }.deployments.count == 2)
    let none = try output(store) { $0.cluster = "other/lab" }
    #expect(none.isEmpty && none.emptyText == "no deployments match")
    #expect(try output(store) { $0.organization = "other" }.isEmpty)
    #expect(try output(store, ["dep", "train"]).names == "deployment/vision/lab/train\n")
    #expect(
      try output(store, ["cluster/vision/lab", "done"]).names == "cluster/vision/lab\ndeployment/vision/lab/done\n")
  }

  @Test func `an unknown identity is an error that suggests the nearest name`() async throws {
    let store = try await TestInstallation.atStart().apply(
      BaseManifests.deployment("train", "hold"), BaseManifests.deployment("ada", "hold"))
    let search = ObjectSearch(store: store)
    func failure(_ text: String, _ kinds: [ObjectKind] = ObjectKind.allCases) -> String? {
      do {
        return "found \(try search.identity(text, kinds: kinds).text)"
      } catch CommandError.notFound(let what, let hint) {
        return "\(what); \(hint ?? "-")"
      } catch {
        return "\(error)"
      }
    }
    #expect(failure("trian", [.deployment]) == #"there is no deployment "trian"; did you mean "train"?"#)
    #expect(
      failure("vision/lab/trains") == #"there is no object "vision/lab/trains"; did you mean "vision/lab/train"?"#)
    #expect(failure("zzz", [.cluster]) == #"there is no cluster "zzz"; see: berth get clusters"#)
    // A whole identity, the user, goes before the end of a deployment's identity.
    #expect(failure("ada") == "found user ada")
    #expect(failure("deploy/ada") == "found deployment vision/lab/ada")
    #expect(failure("vision/lab") == "found cluster vision/lab")
    #expect(failure("lab") == "found cluster vision/lab")
  }
}
