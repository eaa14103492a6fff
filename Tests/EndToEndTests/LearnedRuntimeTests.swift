import Testing

extension EndToEndTests {
  /// The runtimes of five short jobs give the job behind the sixth an expected start, and every answer names their
  /// source.
  @Test func `five runs of an image give the job behind the sixth an expected start`() throws {
    let home = try BerthHome()
    let earlier = (1...5).map { Self.learningJob("past-\($0)", cpu: 1, command: "sleep 0.2") }
    try home.write(([Self.learningFoundation] + earlier).joined(separator: "\n---\n"))
    #expect(try home.apply("--wait").status == 0)

    // The sixth takes longer than the others, to leave time for the checks.
    try home.write(Self.learningJob("sixth", cpu: 4, command: "sleep 60"), to: "sixth.yaml")
    #expect(try home.apply().status == 0)
    try home.write(Self.learningJob("waiting", cpu: 4, image: "other:1", command: "true"), to: "waiting.yaml")
    let plan = try home.berth("diff", home.manifests).output
    let row = try #require(plan.split(separator: "\n").first { $0.contains(" waiting ") }, "\(plan)")
    #expect(row.contains(" in "), "\(plan)")
    #expect(plan.contains("Learned from earlier runs: train:1 takes") && plan.contains("p50 of 5 runs"), "\(plan)")
    let sixth = try home.berth("describe", "sixth").output
    #expect(sixth.contains("p50 of 5 runs"), "\(sixth)")
    // Old runs are forgotten, their runtimes are not: another invocation reads them from the state.
    #expect(try home.berth("describe", "past-1", "-o", "json").output.contains("\"p50Milliseconds\""))
    #expect(try home.store().load().runtimes.map(\.durations.count) == [5])
  }

  private static let learningFoundation = """
    {apiVersion: berth/v1, kind: Organization, metadata: {name: vision}}
    ---
    {apiVersion: berth/v1, kind: User, metadata: {name: ada}, spec: {email: ada@example.org, organizations: [vision]}}
    ---
    {apiVersion: berth/v1, kind: Cluster, metadata: {name: lab},
     spec: {organization: vision, creator: ada, capacity: {ram: 8Gi, cpu: 4}}}
    """

  private static func learningJob(
    _ name: String, cpu: Int, image: String = "train:1", command: String
  ) -> String {
    """
    apiVersion: berth/v1
    kind: Deployment
    metadata: {name: \(name)}
    spec:
      cluster: vision/lab
      user: ada
      image: \(image)
      command: [sh, -c, \(command)]
      resources: {ram: 64Mi, cpu: \(cpu)}
    """
  }
}
