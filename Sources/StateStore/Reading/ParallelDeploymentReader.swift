import Dispatch
import FleetModel
import GRDB
import Synchronization

/// Reader of the deployments from one number on, with a second connection, while the first reads those below: to decode
/// a row costs more than to find it, and there is more than one core.
///
/// Both see the same commit: each begins its own transaction for reading and compares the number of commits that it
/// sees. If they differ, or anything else goes wrong here, the reader has no result; the first connection then reads
/// the upper half too, and meets the error if there is one.
final class ParallelDeploymentReader: Sendable {
  /// Number of rows from which a second connection is worth opening.
  static let many = 20_000

  private let found = Mutex<[DeploymentRecord]?>(nil)
  private let isDone = DispatchGroup()

  /// Begins to read.
  ///
  /// - Parameters:
  ///   - path: by which the first connection was opened.
  ///   - commits: number of commits that the first connection sees.
  ///   - count: number of rows to expect.
  init(
    path: String, commits: Int64, _ reading: DeploymentReader, from: Int64, reserving count: Int
  ) {
    // A queue of its own has a thread of its own, however busy all others are.
    DispatchQueue(label: "berth.upper-half").async(group: isDone) { [self] in
      let records = Result {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.prepareDatabase { try $0.execute(sql: StateStore.hardeningPragmas) }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        return try queue.unsafeRead { db -> [DeploymentRecord]? in
          var records: [DeploymentRecord]?
          try db.inTransaction(.deferred) {
            if try StateStore.commits(db) == commits {
              records = try reading.read(db, from...Int64.max, reserving: count)
            }
            return .commit
          }
          return records
        }
      }
      if case .success(let records?) = records { found.withLock { $0 = records } }
    }
  }

  /// Waits for the deployments; `nil` if they still have to be read.
  func take() -> [DeploymentRecord]? {
    isDone.wait()
    return found.withLock { $0.take() }
  }
}

extension StateStore {
  /// Reads all deployments as of the commit that a connection sees.
  ///
  /// - Parameter path: by which the connection was opened; `nil`: no second connection is opened.
  static func deployments(_ db: Database, clusters: [ClusterRecord], path: String?) throws -> [DeploymentRecord] {
    let reading = DeploymentReader(clusters: clusters)
    let count = try DeploymentReader.count(db)
    guard let path, count >= ParallelDeploymentReader.many else {
      return try reading.read(db, Int64.min...Int64.max, reserving: count)
    }
    let middle = try DeploymentReader.middle(db)
    let upper = ParallelDeploymentReader(
      path: path, commits: try commits(db), reading, from: middle, reserving: count / 2 + 1)
    // The reader must have ended before this transaction does, however that ends.
    defer { _ = upper.take() }
    var records = try reading.read(db, Int64.min...middle - 1, reserving: count)
    guard var rest = upper.take() else {
      return records + (try reading.read(db, middle...Int64.max, reserving: count - records.count))
    }
    // Moved, not copied.
    for index in rest.indices {
      var record = DeploymentRecord.placeholder
      swap(&record, &rest[index])
      records.append(record)
    }
    return records
  }
}
