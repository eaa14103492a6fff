/// Number of a row in one of the tables; drawn from a counter that only rises, so that it is never reused.
public struct RowID<Row>: Hashable, Comparable, Sendable {
  /// The number, from 1.
  public var value: Int64
  /// Wraps a number.
  public init(_ value: Int64) { self.value = value }
  /// Orders rows by age: the older is less.
  public static func < (left: RowID, right: RowID) -> Bool { left.value < right.value }
}

/// Number of an organization's row.
public typealias OrganizationID = RowID<OrganizationRecord>
/// Number of a user's row.
public typealias UserID = RowID<UserRecord>
/// Number of a cluster's row.
public typealias ClusterID = RowID<ClusterRecord>
/// Number of a deployment's row: its uid, never reused.
public typealias DeploymentID = RowID<DeploymentRecord>
/// Number of a run's row.
public typealias RunID = RowID<RunRecord>
/// Number of a source's row.
public typealias SourceID = RowID<SourceRecord>

/// Identity of one state database, made at its creation.
public struct Installation: Sendable, Hashable {
  /// 32 hexadecimal digits; part of every run's name.
  public var id: String
  /// 32 random bytes; keys the digests of secrets and makes invite codes.
  public var key: [UInt8]
  /// Distinguishes what this process names from what every other one names, also one that opened the state before it was
  /// restored from a backup. Empty where names need not be told apart.
  public var epoch: String
  /// Makes an installation.
  public init(id: String, key: [UInt8], epoch: String = "") {
    self.id = id
    self.key = key
    self.epoch = epoch
  }
}

/// The name of a run on its engine: `berth-` and 20 characters of base32.
public struct RunName: Hashable, Comparable, Sendable {
  /// The whole name.
  public var text: String
  /// Wraps a name that was made before.
  public init(text: String) { self.text = text }
  /// The name of an attempt: SHA-256 over installation, epoch, deployment, generation and attempt. After a backup was
  /// restored, the numbers of attempts repeat, but no epoch does.
  public init(installation: Installation, deployment: DeploymentID, generation: Int, attempt: Int) {
    let owner = installation.epoch.isEmpty ? installation.id : "\(installation.id).\(installation.epoch)"
    let digest = MessageDigest.sha256("\(owner)/\(deployment.value)/\(generation)/\(attempt)")
    text = "berth-" + MessageDigest.base32(digest, characters: 20)
  }
  /// Orders names by their text.
  public static func < (left: RunName, right: RunName) -> Bool { left.text < right.text }
}
