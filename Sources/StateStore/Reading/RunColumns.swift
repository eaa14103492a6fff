import FleetModel

/// A run's outcome as the columns `outcome`, `outcome_number` and `outcome_message` hold it.
struct OutcomeColumns {
  var word: String
  var number: Int64?
  var message: String?

  init(_ outcome: RunOutcome) {
    switch outcome {
    case .exited(let status): (word, number) = ("exited", Int64(status))
    case .signaled(let signal): (word, number) = ("signaled", Int64(signal))
    case .failedToStart(let why): (word, message) = ("failedToStart", why)
    case .maxRuntimeExceeded: word = "maxRuntimeExceeded"
    case .ramExceeded: word = "ramExceeded"
    case .lost: word = "lost"
    case .interrupted: word = "interrupted"
    case .stopped: word = "stopped"
    case .abandoned: word = "abandoned"
    }
  }

  /// Returns the outcome that begins at a column; `nil` if there is none yet.
  static func read(_ row: SQLRow, at column: Int32) throws -> RunOutcome? {
    guard let word = row.optionalText(column) else { return nil }
    func number() throws -> Int {
      guard let number = row.optionalInt64(column + 1) else { throw row.unexpected(column + 1) }
      return Int(number)
    }
    switch word {
    case "exited": return .exited(status: try number())
    case "signaled": return .signaled(signal: try number())
    case "failedToStart": return .failedToStart(row.text(column + 2))
    case "maxRuntimeExceeded": return .maxRuntimeExceeded
    case "ramExceeded": return .ramExceeded
    case "lost": return .lost
    case "interrupted": return .interrupted
    case "stopped": return .stopped
    case "abandoned": return .abandoned
    default: throw row.unexpected(column)
    }
  }
}

/// Cause of a run's stop as the columns `stop_cause` and `stop_cause_id` hold it.
struct StopCauseColumns {
  var word: String
  var id: Int64?

  init(_ cause: StopCause) {
    switch cause {
    case .replaced: word = "replaced"
    case .withdrawn: word = "withdrawn"
    case .suspended: word = "suspended"
    case .preempted(let by): (word, id) = ("preempted", by.value)
    case .dependencyFailed: word = "dependencyFailed"
    case .maxRuntime: word = "maxRuntime"
    case .secretUnavailable: word = "secretUnavailable"
    case .launchFailed: word = "launchFailed"
    case .ownerMayNot: word = "ownerMayNot"
    }
  }

  /// Returns the cause that begins at a column; `nil` if there is none.
  static func read(_ row: SQLRow, at column: Int32) throws -> StopCause? {
    guard let word = row.optionalText(column) else { return nil }
    switch word {
    case "replaced": return .replaced
    case "withdrawn": return .withdrawn
    case "suspended": return .suspended
    case "preempted":
      guard let id = row.optionalInt64(column + 1) else { throw row.unexpected(column + 1) }
      return .preempted(by: DeploymentID(id))
    case "dependencyFailed": return .dependencyFailed
    case "maxRuntime": return .maxRuntime
    case "secretUnavailable": return .secretUnavailable
    case "launchFailed": return .launchFailed
    case "ownerMayNot": return .ownerMayNot
    default: throw row.unexpected(column)
    }
  }
}

extension EngineSpec {
  /// Creates the engine whose word a cluster's `engine` column holds; `nil` if the word is unknown.
  init?(word: String) {
    switch word {
    case "process": self = .process
    default: return nil
    }
  }
}

extension DeploymentIdentity {
  /// Creates the identity of a text `organization/cluster/name`; `nil` if the text is none.
  init?(text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3 else { return nil }
    self.init(
      cluster: ClusterIdentity(organization: String(parts[0]), name: String(parts[1])), name: String(parts[2]))
  }
}
