import FleetModel
import Manifests
import Testing

@Suite struct FieldPlacesTests {
  private let text = """
    # two documents, of which the second is meant
    apiVersion: berth/v1
    kind: Deployment
    metadata: {name: train}
    spec: {cluster: vision/lab-b, resources: {ram: 1Gi, cpu: 1}}
    ---
    apiVersion: berth/v1
    kind: Deployment
    metadata:
      labels: {name: wrong}
      name: train
    spec:
      cluster: vision/lab
      dependsOn:
        - name: prepare
          until: completed
      resources:
        ram: 16Gi
        gpu: 2
      env: {A: "1",
            B: "2"}
    """

  private func place(_ path: String, of identity: ObjectIdentity) -> String? {
    FieldPlaces.keys(of: identity, in: Array(text.utf8))?[path].map { "\($0.line):\($0.column)" }
  }

  private func train(_ cluster: String) -> ObjectIdentity {
    .deployment(DeploymentIdentity(cluster: ClusterIdentity(organization: "vision", name: cluster), name: "train"))
  }

  @Test func `keys are found at their place in the document`() {
    #expect(place("spec.resources.gpu", of: train("lab")) == "19:5")
    #expect(place("spec.env.B", of: train("lab")) == "21:9")
    #expect(place("spec", of: train("lab")) == "12:1")
    #expect(place("spec.resources.cpu", of: train("lab-b")) == "5:53")
  }

  @Test func `an absent key has no place`() {
    #expect(place("spec.priority", of: train("lab")) == nil)
    #expect(place("spec.until", of: train("lab")) == nil)
    #expect(place("spec", of: train("lab-c")) == nil)
    #expect(FieldPlaces.keys(of: train("lab"), in: Array("{[".utf8)) == nil)
  }
}
