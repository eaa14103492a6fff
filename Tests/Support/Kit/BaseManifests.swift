/// Texts of manifests that tests build upon: an organization, a user and a cluster, and deployments on it.
public enum BaseManifests {
  /// The organization `vision`, its user `ada` and its cluster `vision/lab` with 8 GiB, 4 cores and 2 GPUs.
  public static let vision = base()

  /// Documents of one organization, a user of it, and one cluster.
  /// - Parameter more: further lines of the cluster's spec, indented by two spaces, each with its line break.
  public static func base(
    organization: String = "vision", cluster name: String = "lab", capacity: String = "{ram: 8Gi, cpu: 4, gpu: 2}",
    more: String = ""
  ) -> String {
    let documents = [
      self.organization(organization), user("ada", in: organization),
      cluster(name, in: organization, capacity: capacity),
    ]
    return documents.joined(separator: "---\n") + more
  }

  /// A document of an organization.
  public static func organization(_ name: String = "vision") -> String {
    """
    apiVersion: berth/v1
    kind: Organization
    metadata: {name: \(name)}

    """
  }

  /// A document of a user.
  /// - Parameter more: further fields of the spec, in flow style.
  public static func user(_ name: String, in organization: String = "vision", _ more: String = "") -> String {
    """
    apiVersion: berth/v1
    kind: User
    metadata: {name: \(name)}
    spec: {email: \(name)@example.org, organizations: [\(organization)]\(more.isEmpty ? "" : ", " + more)}

    """
  }

  /// A document of a cluster that `ada` created.
  /// - Parameter metadata: further fields of the metadata, in flow style.
  public static func cluster(
    _ name: String, in organization: String = "vision", capacity: String, metadata: String = ""
  ) -> String {
    """
    apiVersion: berth/v1
    kind: Cluster
    metadata: {name: \(name)\(metadata.isEmpty ? "" : ", " + metadata)}
    spec:
      organization: \(organization)
      creator: ada
      capacity: \(capacity)

    """
  }

  /// A document, with the separator before it, of a deployment on `vision/lab` that asks for 1 GiB.
  /// - Parameters:
  ///   - command: elements of the command, in flow style.
  ///   - more: further fields of the spec, in flow style.
  public static func deployment(_ name: String, _ command: String, _ more: String = "", cpu: String = "1") -> String {
    """
    ---
    apiVersion: berth/v1
    kind: Deployment
    metadata: {name: \(name)}
    spec: {cluster: vision/lab, user: ada, image: busybox, command: [\(command)], resources: {ram: 1Gi, cpu: \(cpu)}\(more.isEmpty ? "" : ", " + more)}

    """
  }
}
