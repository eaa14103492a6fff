import TestKit

/// Manifests for the real program: the cluster `lab/machine`, and deployments that run shell scripts.
enum LabManifests {
  static let organization = "lab"
  static let clusterName = "machine"
  static let cluster = "\(organization)/\(clusterName)"

  /// Documents of everything but deployments.
  static func base(cpu: Int = 8, ram: String = "8Gi") -> String {
    BaseManifests.base(
      organization: organization, cluster: clusterName, capacity: "{ram: \(ram), cpu: \(cpu), gpu: 2}")
  }

  /// A document of a deployment whose command is a shell script.
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

  /// Documents of jobs in layers. A job depends on two or three jobs of the layer above. It appends one line to a file of its
  /// own, and then sleeps some milliseconds.
  static func layers(_ layers: Int, of width: Int, out: String, using numbers: inout SeededGenerator) -> String {
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
