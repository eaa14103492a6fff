import Diagnostics
import FleetModel
import Testing

@testable import Manifests

/// Enough documents for reading on all cores.
@Suite struct ManyDocumentsTests {
  private static let count = 6000

  /// Clusters whose names sort differently from their paths, each with its deployments in a file of their own, in
  /// reverse order.
  private func inputs(broken: Bool) -> [ManifestText] {
    var head =
      """
      {apiVersion: berth/v1, kind: Organization, metadata: {name: o}}
      ---
      {apiVersion: berth/v1, kind: User, metadata: {name: u}, spec: {email: u@example.org, organizations: [o]}}

      """
    var texts: [String] = []
    for cluster in ["a-b", "a", "a0"] {
      head += """
        ---
        apiVersion: berth/v1
        kind: Cluster
        metadata: {name: \(cluster)}
        spec: {organization: o, creator: u, capacity: {ram: 8Gi, cpu: 8}}

        """
      var text = ""
      for number in (0..<Self.count / 3).reversed() {
        let cpu = broken && cluster == "a" && number == 700 ? 9 : 1
        let next = broken && cluster == "a0" && number == 1999 ? 5000 : number + 1
        let waits = number % 2 == 1 || next == Self.count / 3 ? "" : ", dependsOn: [d\(next)]"
        let wrong = next == 5000 ? ", dependsOn: [d5000]" : waits
        text +=
          "{apiVersion: berth/v1, kind: Deployment, metadata: {name: d\(number)}, spec: {cluster: o/\(cluster), user: u,"
          + " image: i, command: [x], resources: {ram: 1Gi, cpu: \(cpu)}\(wrong)}}\n---\n"
      }
      texts.append(text)
    }
    return ([head] + texts).enumerated().map { number, text in
      ManifestText(displayPath: "\(number).yaml", relativePath: "\(number).yaml", bytes: Array(text.utf8))
    }
  }

  @Test func `documents come in the order of their paths with their dependencies`() throws {
    guard case .valid(let desired, []) = ManifestReader().read(inputs(broken: false)) else {
      Issue.record("not valid")
      return
    }
    let paths = desired.declarations.map(\.identity).filter { $0.kind == .deployment }.map(\.path)
    #expect(paths.count == Self.count)
    #expect(paths == paths.sorted())
    for declaration in desired.declarations {
      guard case .deployment(let spec) = declaration.spec, case .deployment(let identity) = declaration.identity,
        let number = Int(identity.name.dropFirst())
      else { continue }
      let next = DeploymentIdentity(cluster: identity.cluster, name: "d\(number + 1)")
      let isLast = number + 1 == Self.count / 3
      #expect(spec.dependsOn.map(\.on) == (number % 2 == 1 || isLast ? [] : [next]))
    }
  }

  @Test func `a few mistakes among many documents are found in order`() {
    let found = ManifestReader().read(inputs(broken: true)).diagnostics.map {
      "\($0.code.text) \($0.place?.file ?? "-") \($0.message)"
    }
    #expect(
      found == [
        "\(DiagnosticCode.neverFits.text) 2.yaml never fits: requests 9 cpu, the cluster o/a has 8 in total, 1 too few",
        "\(DiagnosticCode.unknownReference.text) 3.yaml there is no deployment o/a0/d5000",
      ])
  }
}
