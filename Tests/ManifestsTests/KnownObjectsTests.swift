import Diagnostics
import FleetModel
import Testing

@testable import Manifests

/// References to objects that other sources own.
@Suite struct KnownObjectsTests {
  private let lab = ClusterIdentity(organization: "vision", name: "lab")

  private func known(member: Bool = true, active: Bool = true) -> KnownObjects {
    KnownObjects(
      organizations: ["vision"],
      users: [
        "ada": KnownObjects.User(email: "ada@example.org", isActive: active, organizations: member ? ["vision"] : [])
      ],
      clusters: [
        lab: KnownObjects.Cluster(
          capacity: Resources(ramBytes: 4 << 30, cpuMilli: 4000, gpuMilli: 1000), engine: .process)
      ],
      deployments: [
        DeploymentIdentity(cluster: lab, name: "store"): KnownObjects.Deployment(mode: .service, dependsOn: []),
        DeploymentIdentity(cluster: lab, name: "back"): KnownObjects.Deployment(
          mode: .job, dependsOn: [DeploymentIdentity(cluster: lab, name: "train")]),
      ])
  }

  private func read(_ field: String, known: KnownObjects) -> ManifestResult {
    let text = """
      apiVersion: berth/v1
      kind: Deployment
      metadata: {name: train}
      spec:
        cluster: vision/lab
        user: ada
        image: train
        command: [train]
        \(field)

      """
    let input = ManifestText(displayPath: "a.yaml", relativePath: "a.yaml", bytes: Array(text.utf8))
    return ManifestReader(known: known).read([input])
  }

  private func messages(_ result: ManifestResult) -> [String] {
    result.diagnostics.map { "\($0.severity.rawValue) \($0.code.text): \($0.message)" }
  }

  @Test func `references and modes resolve to known objects`() throws {
    let result = read("resources: {ram: 1Gi, cpu: 1}\n  dependsOn: [store]", known: known())
    guard case .valid(let state, let warnings) = result, case .deployment(let spec) = state.declarations[0].spec else {
      Issue.record("\(messages(result))")
      return
    }
    #expect(warnings == [])
    #expect(spec.dependsOn.map(\.until) == [.running])
  }

  @Test func `nothing is known by default`() {
    let found = messages(read("resources: {ram: 1Gi, cpu: 1}", known: KnownObjects()))
    #expect(
      found == [
        "error BRT0051: there is no cluster vision/lab", "error BRT0051: there is no user ada",
      ])
  }

  @Test func `a known user who is inactive or no member is a warning`() {
    #expect(
      messages(read("resources: {ram: 1Gi, cpu: 1}", known: known(member: false, active: false))) == [
        "warning BRT0054: the deployment's user ada is not a member of the organization vision",
        "warning BRT0055: user ada is not active: none of their deployments will start",
      ])
  }

  @Test func `exceeding a known cluster's capacity is an error`() {
    #expect(
      messages(read("resources: {ram: 8Gi, cpu: 1}", known: known())) == [
        "error BRT0056: never fits: requests 8Gi ram, the cluster vision/lab has 4Gi in total, 4Gi too few"
      ])
  }

  @Test func `cycles through other sources are found`() {
    #expect(
      messages(read("resources: {ram: 1Gi, cpu: 1}\n  dependsOn: [back]", known: known())) == [
        "error BRT0057: dependency cycle: vision/lab/train -> vision/lab/back -> vision/lab/train"
      ])
  }

  /// A finished job keeps its cluster from shrinking under none of the names that it had.
  @Test(arguments: [
    ("{name: train}", "", "vision/lab/train"),
    ("{name: train, renamedFrom: learn}", "", "vision/lab/learn"),
    ("{name: train}", "{name: lab, renamedFrom: old}", "vision/old/train"),
    ("{name: train, renamedFrom: learn}", "{name: lab, renamedFrom: old}", "vision/old/learn"),
    ("{name: train, renamedFrom: old/learn}", "{name: lab, renamedFrom: old}", "vision/old/learn"),
    ("{name: train, renamedFrom: vision/other/learn}", "{name: lab, renamedFrom: old}", "vision/other/learn"),
  ])
  func `what has completed may exceed its cluster, also if both are renamed`(
    deployment: String, cluster: String, recorded: String
  ) {
    var known = known()
    if !cluster.isEmpty { known.clusters = [:] }
    known.hasCompleted = { names, _ in names.first { $0.text == recorded } != nil }
    let text =
      """
      apiVersion: berth/v1
      kind: Deployment
      metadata: \(deployment)
      spec: {cluster: vision/lab, user: ada, image: train, command: [train], resources: {ram: 8Gi, cpu: 1}}

      """
      + (cluster.isEmpty
        ? ""
        : """
        ---
        apiVersion: berth/v1
        kind: Cluster
        metadata: \(cluster)
        spec: {organization: vision, creator: ada, capacity: {ram: 4Gi, cpu: 4}}

        """)
    let input = ManifestText(displayPath: "a.yaml", relativePath: "a.yaml", bytes: Array(text.utf8))
    #expect(
      messages(ManifestReader(known: known).read([input])) == [
        "warning BRT0056: has completed, and would not fit again: requests 8Gi ram, the cluster vision/lab has 4Gi in total,"
          + " 4Gi too few"
      ])
  }
}
