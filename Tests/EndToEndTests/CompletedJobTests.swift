import TestKit
import Testing

extension EndToEndTests {
  /// A cluster may become smaller than a job that has completed: the job asks for nothing any more. It is a mistake again as
  /// soon as the job would have to run.
  @Test func `a completed job keeps no cluster large`() throws {
    let home = try BerthHome()
    let mark = "echo ran >> \(home.out)/trained"
    try home.write(Self.shrinkingLab(cpu: 4, image: "train:1", command: mark))
    #expect(try home.apply("--wait").status == 0)
    #expect(home.lines(of: "trained").count == 1)

    try home.write(Self.shrinkingLab(cpu: 2, image: "train:1", command: mark))
    let plan = try home.berth("diff", home.manifests)
    #expect(plan.status == 0, "\(plan.output)\(plan.error)")
    #expect(plan.error.contains("warning[BRT0056]"), "\(plan.error)")
    let applied = try home.apply("--wait")
    #expect(applied.status == 0, "\(applied.output)\(applied.error)")
    #expect(try home.berth("diff", home.manifests, "--exit-code").status == 0)
    #expect(home.lines(of: "trained").count == 1)

    try home.write(Self.shrinkingLab(cpu: 2, image: "train:2", command: mark))
    let refused = try home.berth("diff", home.manifests)
    #expect(refused.status == 1)
    #expect(refused.error.contains("error[BRT0056]"), "\(refused.error)")
  }

  private static func shrinkingLab(cpu: Int, image: String, command: String) -> String {
    """
    {apiVersion: berth/v1, kind: Organization, metadata: {name: vision}}
    ---
    {apiVersion: berth/v1, kind: User, metadata: {name: ada}, spec: {email: ada@example.org, organizations: [vision]}}
    ---
    {apiVersion: berth/v1, kind: Cluster, metadata: {name: lab},
     spec: {organization: vision, creator: ada, capacity: {ram: 8Gi, cpu: \(cpu)}}}
    ---
    {apiVersion: berth/v1, kind: Deployment, metadata: {name: train},
     spec: {cluster: vision/lab, user: ada, image: "\(image)", command: [sh, -c, "\(command)"],
            resources: {ram: 64Mi, cpu: 4}}}
    """
  }
}
