import Diagnostics
import FleetCore
import FleetModel
import Manifests
import PlanModel
import ReconcilerTestSupport
import Reports
import StateStore
import TestKit
import Testing

@testable import BerthCommands
@testable import Reconciliation

/// Whole screens at 80 columns, as golden files.
@Suite struct ScreenTests {
  private static let width = 80

  /// A pipeline with a FAILED job, a running one, and jobs that wait for different reasons.
  private func fleet(_ installation: TestInstallation) async throws -> StateStore {
    try await installation.apply(
      BaseManifests.deployment("prepare", "exit, '0'"), BaseManifests.deployment("broken", "exit, '3'"),
      BaseManifests.deployment("after-broken", "exit, '0'", "dependsOn: [broken]"),
      BaseManifests.deployment(
        "train-resnet50-on-imagenet-with-seed-17", "hold", "dependsOn: [prepare], priority: high"),
      BaseManifests.deployment("evaluate", "exit, '0'", "dependsOn: [train-resnet50-on-imagenet-with-seed-17]"),
      BaseManifests.deployment("serve", "hold", "mode: service, dependsOn: [prepare]", cpu: "4"),
      BaseManifests.deployment("tokenise", "exit, '0'", "env: {T: {fromEnv: MISSING}}"))
  }

  private func get(_ store: StateStore, isWide: Bool = false, width: Int) throws -> String {
    let output = try GetOutput(store, try GetSelection([], in: store), TestInstallation.present(store))
    let (tables, _) = try output.fittedTables(isWide: isWide, columns: [], width: width)
    return tables.map { $0.text(width: width) }.joined(separator: "\n")
  }

  @Test func `get shows reasons and fits every width`() async throws {
    let store = try await fleet(TestInstallation.atStart())
    let text = try get(store, width: Self.width)
    try expect(text, isGolden: "get.txt")
    for width in [40, 60, 80, 120, 200] {
      for isWide in [false, true] {
        let lines = try get(store, isWide: isWide, width: width).split(separator: "\n")
        for line in lines { #expect(VisibleText.width(String(line)) <= width, "\(line)") }
      }
    }
  }

  @Test func `describe shows a failed deployment`() async throws {
    let store = try await fleet(TestInstallation.atStart())
    let row = try #require(try store.deployments(ObjectFilter(TestInstallation.identity("broken"))).first)
    var description = try DeploymentDescription(row, TestInstallation.lines(store))
    description.time = { $0.timeText(offset: 0) }
    try expect(description.sheet.text(width: Self.width), isGolden: "describe.txt")
  }

  @Test func `graph shows the pipeline as a tree`() async throws {
    let store = try await fleet(TestInstallation.atStart())
    try expect(
      GraphTree(width: Self.width).text(GraphSource.graph(try TestInstallation.present(store))), isGolden: "graph.txt")
  }

  @Test func `an apply that did not converge names what failed and what waits`() throws {
    var convergence = Convergence()
    convergence.done = 3
    convergence.failed = [TestInstallation.identity("broken")]
    convergence.blocked = [TestInstallation.identity("after-broken")]
    let holds: [Action] = [
      Action(
        .hold(.dependencyFailed(TestInstallation.identity("broken"))),
        .deployment(TestInstallation.identity("after-broken"))),
      Action(.hold(.failed(runs: 2)), .deployment(TestInstallation.identity("broken"))),
    ]
    let outcome = ApplyOutcome(end: .stuck, convergence: convergence, holds: holds, failedStarts: [], actions: [])
    let ending = ApplyEnding(
      outcome: outcome, goal: .converged, source: "default", paths: ["manifests"]
    ) { _ in .exited(status: 3) }
    let stream = TextStream(-1, color: .never, environment: Surroundings(variables: [:]))
    try expect(try ending.text(stream: stream), isGolden: "apply-end.txt")
    #expect(ending.status == .notConverged)
    let interrupted = ApplyEnding(
      outcome: ApplyOutcome(
        end: .interrupted, convergence: convergence, holds: holds, failedStarts: [], actions: []), goal: .converged,
      source: "default", paths: ["manifests"]
    ) { _ in nil }
    #expect(interrupted.status == .interrupted)
  }

  @Test func `an apply says that nothing changed and counts suspended deployments`() throws {
    var convergence = Convergence()
    convergence.done = 5
    convergence.suspended = 1
    let stream = TextStream(-1, color: .never, environment: Surroundings(variables: [:]))
    func text(_ convergence: Convergence, changesNothing: Bool) throws -> String {
      let outcome = ApplyOutcome(end: .reached, convergence: convergence, holds: [], failedStarts: [], actions: [])
      var ending = ApplyEnding(outcome: outcome, goal: .carriedOut, source: "default", paths: ["m"]) { _ in nil }
      ending.changesNothing = changesNothing
      return try ending.text(stream: stream)
    }
    #expect(try text(convergence, changesNothing: true) == "No changes; 4 done, 1 suspended.\n")
    #expect(try text(convergence, changesNothing: false) == "Applied: 4 done, 1 suspended.\n")
    convergence.done = 1
    #expect(try text(convergence, changesNothing: false) == "Applied: 1 suspended.\n")
    #expect(try text(Convergence(), changesNothing: true) == "No changes.\n")
  }

  @Test func `a broken directory shows its diagnostics`() throws {
    let text = """
      apiVersion: berth/v1
      kind: User
      metadata: {name: ada}
      spec:
        email: ada@example.org
        active: yes
        organizations: []
      ---
      apiVersion: berth/v1
      kind: Deployment
      metadata: {name: train}
      spec: {cluster: vision/lab, user: ada, image: vision/train:1, command: [python], resources: {memory: 16Gi, cpu: 4}}
      """
    let input = ManifestText(
      displayPath: "manifests/fleet.yaml", relativePath: "fleet.yaml", bytes: Array(text.utf8))
    guard case .invalid(let diagnostics) = ManifestReader().read([input]) else {
      Issue.record("it is valid")
      return
    }
    try expect(Palette.plain.diagnosticRenderer(width: Self.width - 8).text(diagnostics), isGolden: "broken.txt")
  }

  @Test func `a lock conflict names the holder`() throws {
    let holder = LockHolder(
      who: "ada", host: "login-1", pid: 4242, command: "berth watch manifests", since: TestInstallation.start)
    let outcome = try #require(Failure(StateError.locked(holder), of: Root.self).outcome)
    try expect("error: \(outcome.text)\n       \(try #require(outcome.advice))\n", isGolden: "locked.txt")
    #expect(outcome.status == .refused)
  }
}
