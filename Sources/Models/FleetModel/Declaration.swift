import Diagnostics

/// The metadata of an object beside its identity.
public struct ObjectMetadata: Hashable, Sendable {
  /// Labels, by key.
  public var labels: [String: String]
  /// Annotations, by key.
  public var annotations: [String: String]
  /// The identity that it had before, in the words of the manifest, made absolute; nil: none.
  public var renamedFrom: ObjectIdentity?
  /// Makes metadata.
  public init(
    labels: [String: String] = [:], annotations: [String: String] = [:], renamedFrom: ObjectIdentity? = nil
  ) {
    self.labels = labels
    self.annotations = annotations
    self.renamedFrom = renamedFrom
  }
}

/// The spec of any kind.
public enum ObjectSpec: Hashable, Sendable {
  /// Of an organization.
  case organization(OrganizationSpec)
  /// Of a user.
  case user(UserSpec)
  /// Of a cluster.
  case cluster(ClusterSpec)
  /// Of a deployment.
  case deployment(DeploymentSpec)
}

/// One document of a manifest, decoded and valid by itself.
public struct Declaration: Sendable {
  /// Which object it declares.
  public var identity: ObjectIdentity
  /// Labels, annotations, and the former identity.
  public var metadata: ObjectMetadata
  /// What it says.
  public var spec: ObjectSpec
  /// Where the document begins.
  public var place: SourcePlace

  /// Makes a declaration.
  public init(identity: ObjectIdentity, metadata: ObjectMetadata, spec: ObjectSpec, place: SourcePlace) {
    self.identity = identity
    self.metadata = metadata
    self.spec = spec
    self.place = place
  }

  /// Metadata and spec in the one canonical text: two declarations of an object mean the same exactly when their texts are
  /// equal. Written anew at each call, in about a microsecond.
  public var specText: String { SpecCoding.text(of: spec, metadata: metadata) }
}

/// What a set of manifests declares, valid as a whole: sorted by kind in the order of creation, then by identity.
public struct DesiredState: Sendable {
  /// Every object once.
  public var declarations: [Declaration]
  /// Makes a desired state; the caller has validated and sorted it.
  public init(declarations: [Declaration]) { self.declarations = declarations }
}
