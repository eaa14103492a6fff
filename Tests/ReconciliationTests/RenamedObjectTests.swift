import FleetCore
import FleetModel
import Foundation
import Manifests
import PlanModel
import ReconcilerTestSupport
import TestKit
import Testing

@testable import Reconciliation

/// Renames together with other changes of one commit, from manifests to the recorded state: the inputs that were reported.
@Suite struct RenamedObjectTests {
  private static func people(_ organization: String = "o", former: String? = nil) -> String {
    """
    apiVersion: berth/v1
    kind: Organization
    metadata: {name: \(organization)\(former.map { ", renamedFrom: \($0)" } ?? "")}
    ---
    apiVersion: berth/v1
    kind: User
    metadata: {name: ada}
    spec: {email: ada@example.org, organizations: [\(organization)]}

    """
  }

  private static func cluster(_ metadata: String, in organization: String = "o") -> String {
    """
    ---
    apiVersion: berth/v1
    kind: Cluster
    metadata: {\(metadata)}
    spec: {organization: \(organization), creator: ada, capacity: {ram: 8Gi, cpu: 8}}

    """
  }

  private static func deployment(_ metadata: String, on cluster: String, _ more: String = "") -> String {
    """
    ---
    apiVersion: berth/v1
    kind: Deployment
    metadata: {\(metadata)}
    spec: {cluster: \(cluster), user: ada, image: busybox, command: [hold], resources: {ram: 1Gi, cpu: 1}\(more)}

    """
  }

  /// A commit with its manifests before and after.
  struct Commit: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var before: String
    var after: String
    /// The deployments that run afterwards, each with the name under which it ran before.
    var running: [String: String]
  }

  static let commits = [
    Commit(
      testDescription: "a cluster is renamed and one of its deployments removed",
      before: people() + cluster("name: old") + deployment("name: gone", on: "o/old")
        + deployment("name: kept", on: "o/old"),
      after: people() + cluster("name: new, renamedFrom: old") + deployment("name: kept", on: "o/new"),
      running: ["o/new/kept": "o/old/kept"]),
    Commit(
      testDescription: "a cluster and its deployment are renamed, by the former path",
      before: people() + cluster("name: old") + deployment("name: a", on: "o/old"),
      after: people() + cluster("name: new, renamedFrom: o/old")
        + deployment("name: b, renamedFrom: o/old/a", on: "o/new"),
      running: ["o/new/b": "o/old/a"]),
    Commit(
      testDescription: "a cluster and its deployment are renamed, by the name alone",
      before: people() + cluster("name: old") + deployment("name: a", on: "o/old"),
      after: people() + cluster("name: new, renamedFrom: o/old") + deployment("name: b, renamedFrom: a", on: "o/new"),
      running: ["o/new/b": "o/old/a"]),
    Commit(
      testDescription: "an organization is renamed and one of its clusters dropped",
      before: people() + cluster("name: c") + cluster("name: d") + deployment("name: a", on: "o/c")
        + deployment("name: b", on: "o/d"),
      after: people("q", former: "o") + cluster("name: c", in: "q") + deployment("name: a", on: "q/c"),
      running: ["q/c/a": "o/c/a"]),
    Commit(
      testDescription: "a deployment takes the name of one that is removed",
      before: people() + cluster("name: c") + deployment("name: main", on: "o/c")
        + deployment("name: canary", on: "o/c"),
      after: people() + cluster("name: c") + deployment("name: main, renamedFrom: canary", on: "o/c"),
      running: ["o/c/main": "o/c/canary"]),
    Commit(
      testDescription: "two deployments swap their names",
      before: people() + cluster("name: c") + deployment("name: a", on: "o/c") + deployment("name: b", on: "o/c"),
      after: people() + cluster("name: c") + deployment("name: a, renamedFrom: b", on: "o/c")
        + deployment("name: b, renamedFrom: a", on: "o/c"),
      running: ["o/c/a": "o/c/b", "o/c/b": "o/c/a"]),
    Commit(
      testDescription: "two clusters swap their names",
      before: people() + cluster("name: c") + cluster("name: d") + deployment("name: a", on: "o/c"),
      after: people() + cluster("name: d, renamedFrom: c") + cluster("name: c, renamedFrom: d")
        + deployment("name: a", on: "o/d"),
      running: ["o/d/a": "o/c/a"]),
  ]

  private static func request(_ text: String, _ installation: TestInstallation) throws -> ApplyRequest {
    let input = ManifestText(displayPath: "all.yaml", relativePath: "all.yaml", bytes: Array(text.utf8))
    let result = ManifestReader().read([input])
    guard case .valid(let desired, _) = result else {
      Issue.record("invalid manifests: \(result.diagnostics)")
      throw CancellationError()
    }
    return installation.request(declaring: desired)
  }

  private static func declared(_ request: ApplyRequest) throws -> DesiredState {
    guard case .declared(let desired, _) = request.input else {
      Issue.record("the request names files")
      throw CancellationError()
    }
    return desired
  }

  /// Applies the deployments alone of a text, as the source "team".
  private static func applyDeployments(of text: String, _ installation: TestInstallation) async throws {
    var team = try request(text, installation)
    let deployments = try declared(team).declarations.filter { $0.identity.kind == .deployment }
    team.input = .declared(DesiredState(declarations: deployments))
    team.options.source = "team"
    team.options.binding = nil
    _ = try await installation.reconciler().apply(team, shown: nil, goal: .carriedOut)
  }

  private func live(_ installation: TestInstallation) throws -> [String: DeploymentID] {
    let state = try installation.store().load()
    var found: [String: DeploymentID] = [:]
    for deployment in state.deployments where state.runs.contains(where: { $0.deployment == deployment.id }) {
      found[deployment.identity.text] = deployment.id
    }
    return found
  }

  @Test(arguments: commits) func `what is planned is done, and done once`(commit: Commit) async throws {
    let installation = try TestInstallation()
    _ = try await installation.reconciler().apply(
      Self.request(commit.before, installation), shown: nil, goal: .carriedOut)
    let before = try live(installation)
    let request = try Self.request(commit.after, installation)
    let plan = try await installation.reconciler().plan(request).plan
    #expect(plan.refusals.isEmpty, "\(plan.refusals)")
    #expect(!plan.actions.contains { $0.identity.path.contains("~") }, "\(plan.actions)")
    let outcome = try await installation.reconciler().apply(request, shown: plan, goal: .carriedOut)
    #expect(outcome.actions == plan.actions.filter { !$0.isHold })
    #expect(try live(installation) == commit.running.mapValues { before[$0] ?? DeploymentID(-1) })
    let again = try await installation.reconciler().plan(request).plan
    #expect(!again.hasChanges && again.refusals.isEmpty, "\(again.changes) \(again.refusals)")
    let events = try installation.store().events().map(\.event)
    #expect(!events.isEmpty && !events.contains { ($0.subject.path + $0.message).contains("~") }, "\(events)")
  }

  @Test(arguments: [
    (
      people() + cluster("name: new, renamedFrom: old") + deployment("name: main", on: "o/new", ", rerun: again"),
      "o/new/main"
    ),
    (
      people("q", former: "o") + cluster("name: old", in: "q")
        + deployment("name: main", on: "q/old", ", rerun: again"),
      "q/old/main"
    ),
    (people() + cluster("name: old") + deployment("name: main, renamedFrom: canary", on: "o/old"), "o/old/main"),
    (
      people() + cluster("name: old") + deployment("name: b, renamedFrom: main", on: "o/old", ", rerun: again"),
      "o/old/b"
    ),
    (people() + cluster("name: old"), "o/old/main"),
  ])
  func `a limit on stops counts every run that is stopped, whatever it is called`(after: String, stopped: String)
    async throws
  {
    let installation = try TestInstallation()
    let before = Self.people() + Self.cluster("name: old") + Self.deployment("name: main", on: "o/old")
    let canary = Self.deployment("name: canary", on: "o/old")
    let usesCanary = after.contains("canary")
    _ = try await installation.reconciler().apply(
      Self.request(before + (usesCanary ? canary : ""), installation), shown: nil, goal: .carriedOut)
    var request = try Self.request(after, installation)
    for limit in [0, 1] {
      request.options.guards.maxStopped = limit
      let plan = try await installation.reconciler().plan(request).plan
      let names = plan.refusals.compactMap { refusal in
        if case .stopsTooMany(let names, _) = refusal { names.map(\.text) } else { nil }
      }
      #expect(names == (limit == 0 ? [[stopped]] : []), "\(plan.refusals)")
    }
  }

  @Test(arguments: ["o/old/a", "o/new/a"])
  func `a what-if change may name another source's deployment by either name of its cluster`(name: String) async throws
  {
    let installation = try TestInstallation()
    var first = try Self.request(Self.people() + Self.cluster("name: old"), installation)
    first.options.source = "platform"
    _ = try await installation.reconciler().apply(first, shown: nil, goal: .carriedOut)
    let whole = Self.people() + Self.cluster("name: old") + Self.deployment("name: a", on: "o/old")
    try await Self.applyDeployments(of: whole, installation)
    var renamed = try Self.request(Self.people() + Self.cluster("name: new, renamedFrom: old"), installation)
    let target = try #require(ObjectIdentity(kind: .deployment, path: name))
    renamed.input = .declared(try Self.declared(renamed), supposing: [WhatIf(target, .suspend(true))])
    renamed.options.source = "platform"
    let plan = try await installation.reconciler().plan(renamed).plan
    let stops = plan.actions.filter { if case .stop = $0.kind { true } else { false } }
    #expect(stops.map(\.identity.path) == ["o/new/a"], "\(plan.actions)")
  }

  @Test func `a deployment that was renamed is removed with its cluster`() async throws {
    let installation = try TestInstallation()
    let texts = [
      Self.people() + Self.cluster("name: c") + Self.deployment("name: d", on: "o/c"),
      Self.people() + Self.cluster("name: c") + Self.deployment("name: e, renamedFrom: d", on: "o/c"), Self.people(),
    ]
    for text in texts {
      let request = try Self.request(text, installation)
      let plan = try await installation.reconciler().plan(request).plan
      _ = try await installation.reconciler().apply(request, shown: plan, goal: .carriedOut)
    }
    let state = try installation.store().load()
    #expect(state.deployments.isEmpty && state.clusters.isEmpty)
  }

  /// What a protected service keeps is held with it, and goes on being shown.
  @Test func `what is shown as deleted is deleted, and the rest is held`() async throws {
    let installation = try TestInstallation()
    let bob = "---\napiVersion: berth/v1\nkind: User\nmetadata: {name: bob}\nspec: {email: bob@example.org}\n"
    let text =
      Self.people() + bob + Self.cluster("name: c")
      + Self.deployment("name: p", on: "o/c", ", mode: service, protect: true")
    _ = try await installation.reconciler().apply(Self.request(text, installation), shown: nil, goal: .carriedOut)
    var empty = installation.request(declaring: DesiredState(declarations: []))
    empty.options.allowsEmpty = true
    empty.options.confirmedDeletions = 5
    let plan = try await installation.reconciler().plan(empty).plan
    #expect(plan.summary.delete == 1 && plan.summary.wait == 4 && plan.hasChanges, "\(plan.summary.text)")
    let outcome = try await installation.reconciler().apply(empty, shown: plan, goal: .carriedOut)
    #expect(outcome.actions == plan.actions.filter { !$0.isHold })
    #expect(outcome.holds == plan.actions.filter(\.isHold))
    let state = try installation.store().load()
    #expect(state.users.map(\.name) == ["ada"] && state.clusters.count == 1 && state.deployments.count == 1)
    let again = try await installation.reconciler().plan(empty).plan
    #expect(!again.hasChanges && again.summary.wait == 4 && again.actions == outcome.holds, "\(again.actions)")
  }

  /// Its deployment belongs to another source, whose manifests say nothing new.
  @Test func `a missing secret holds a deployment whose cluster another source renames`() async throws {
    let installation = try TestInstallation()
    var first = try Self.request(Self.people() + Self.cluster("name: old"), installation)
    first.options.source = "platform"
    _ = try await installation.reconciler().apply(first, shown: nil, goal: .carriedOut)
    let whole =
      Self.people() + Self.cluster("name: old")
      + Self.deployment("name: a", on: "o/old", ", env: {T: {fromEnv: NOT_SET}}")
    try await Self.applyDeployments(of: whole, installation)
    var renamed = try Self.request(Self.people() + Self.cluster("name: new, renamedFrom: old"), installation)
    renamed.options.source = "platform"
    let outcome = try await installation.reconciler().apply(renamed, shown: nil, goal: .carriedOut)
    #expect(!outcome.actions.contains { if case .start = $0.kind { true } else { false } }, "\(outcome.actions)")
    #expect(installation.engine.executions == [:])
    let record = try #require(try installation.store().load().deployments.first)
    #expect(record.identity.text == "o/new/a" && record.progress.reasonCode == "secretUnavailable")
  }

  /// Seed 780 of the generated commits: the run of an earlier generation was stopped for one that could not begin.
  @Test func `a missing secret keeps the run that another source's change would replace`() async throws {
    let installation = try TestInstallation()
    var first = try Self.request(Self.people() + Self.cluster("name: old"), installation)
    first.options.source = "platform"
    _ = try await installation.reconciler().apply(first, shown: nil, goal: .carriedOut)
    for env in ["", ", env: {T: {fromEnv: NOT_SET}}"] {
      let whole = Self.people() + Self.cluster("name: old") + Self.deployment("name: a", on: "o/old", env)
      try await Self.applyDeployments(of: whole, installation)
    }
    #expect(installation.engine.executions == ["a": 1])
    var other = try Self.request(Self.people() + Self.cluster("name: old") + Self.cluster("name: more"), installation)
    other.options.source = "platform"
    let plan = try await installation.reconciler().plan(other).plan
    #expect(plan.actions.filter { !$0.isHold }.map(\.identity.path) == ["o/more"])
    let outcome = try await installation.reconciler().apply(other, shown: plan, goal: .carriedOut)
    #expect(outcome.actions == plan.actions.filter { !$0.isHold })
    #expect(installation.engine.running("a") != nil)
  }
}
