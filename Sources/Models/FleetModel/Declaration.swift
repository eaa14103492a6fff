import Diagnostics

/// The metadata of an object, without its identity.
public struct ObjectMetadata: Hashable, Sendable {
  /// Labels, by key.
  public var labels: [String: String]
  /// Annotations, by key.
  public var annotations: [String: String]
  /// The object's former identity, from the manifest, made absolute; nil: none.
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
  /// The spec of an organization.
  case organization(OrganizationSpec)
  /// The spec of a user.
  case user(UserSpec)
  /// The spec of a cluster.
  case cluster(ClusterSpec)
  /// The spec of a deployment.
  case deployment(DeploymentSpec)
}

/// One document of a manifest, decoded and valid by itself.
public struct Declaration: Sendable {
  /// The declared object.
  public var identity: ObjectIdentity
  /// Labels, annotations, and the former identity.
  public var metadata: ObjectMetadata
  /// The declared spec.
  public var spec: ObjectSpec
  /// The place in the manifest where the document begins.
  public var place: SourcePlace

  /// Makes a declaration.
  public init(identity: ObjectIdentity, metadata: ObjectMetadata, spec: ObjectSpec, place: SourcePlace) {
    self.identity = identity
    self.metadata = metadata
    self.spec = spec
    self.place = place
  }

  /// Metadata and spec in the canonical text: two declarations of an object mean the same exactly when their texts are
  /// equal. Written anew at each call, in about a microsecond.
  public var specText: String { SpecCoding.text(of: spec, metadata: metadata) }
}

/// All declarations of a set of manifests, valid as a whole: sorted by kind in the order of creation, then by identity.
public struct DesiredState: Sendable {
  /// The declarations, one for each object.
  public var declarations: [Declaration]
  /// Makes a desired state; the caller has validated and sorted it.
  public init(declarations: [Declaration]) { self.declarations = declarations }
}
