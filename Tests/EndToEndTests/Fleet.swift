/// The manifests of the tests: one organization, one user, one cluster, and deployments to choose.
enum Fleet {
  static let organization = "lab"
  static let clusterName = "machine"
  static let cluster = "\(organization)/\(clusterName)"

  /// Everything but deployments.
  static func base(cpu: Int = 8, ram: String = "8Gi") -> String {
    """
    apiVersion: berth/v1
    kind: Organization
    metadata: {name: \(organization)}
    ---
    apiVersion: berth/v1
    kind: User
    metadata: {name: ada}
    spec: {email: ada@example.org, organizations: [\(organization)]}
    ---
    apiVersion: berth/v1
    kind: Cluster
    metadata: {name: \(clusterName)}
    spec:
      organization: \(organization)
      creator: ada
      capacity: {ram: \(ram), cpu: \(cpu), gpu: 2}

    """
  }

  /// A deployment whose command is a script.
  static func deployment(
    _ name: String, _ script: String, cpu: String = "1", dependsOn: [String] = [], more: [String] = []
  ) -> String {
    let lines = script.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
    return """
      ---
      apiVersion: berth/v1
      kind: Deployment
      metadata: {name: \(name)}
      spec:
        cluster: \(cluster)
        user: ada
        image: test/script
        resources: {ram: 64Mi, cpu: \(cpu)}
        dependsOn: [\(dependsOn.joined(separator: ", "))]
      \(more.map { "  \($0)\n" }.joined())  command:
        - sh
        - -c
        - |
      \(lines)

      """
  }

  /// Jobs in layers; each but those of the first layer depends on two or three of the layer above. Each appends one line
  /// to a file of its own, and then takes some milliseconds.
  static func layers(_ layers: Int, of width: Int, out: String, using numbers: inout SeededNumbers) -> String {
    var text = base(cpu: 6)
    for layer in 0..<layers {
      for index in 0..<width {
        var above: [String] = []
        if layer > 0 {
          let chosen = Array(0..<width).shuffled(using: &numbers).prefix(Int.random(in: 2...3, using: &numbers))
          above = chosen.map { name(layer - 1, $0) }
        }
        let pause = Int.random(in: 2...50, using: &numbers)
        let script = "echo \"$BERTH_RUN\" >> '\(out)/\(name(layer, index))'; sleep 0.0\(pause < 10 ? "0" : "")\(pause)"
        text += deployment(name(layer, index), script, dependsOn: above, more: ["retry: {limit: 0}"])
      }
    }
    return text
  }

  /// The name of a job in a graph of layers.
  static func name(_ layer: Int, _ index: Int) -> String { "job-\(layer)-\(index)" }
}
