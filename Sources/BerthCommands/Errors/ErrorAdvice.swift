import EngineInterface
import ManifestSources
import StateStore

// Advice about errors: one line without a full stop for every case.

extension StateError {
  /// Next step for the user.
  var advice: String {
    switch self {
    case .missing: "the first apply makes it; --state or BERTH_STATE names another one"
    case .unsuitable, .networkFilesystem: "choose a path on a local disk with --state or BERTH_STATE"
    case .notADatabase, .foreign: "nothing of it was changed; name the right path with --state or BERTH_STATE"
    case .denied(let path, let owner):
      "run the command as \(owner), have the right to read \(path) given to you, or name another state with --state"
    case .unreadable: "try again later, or as a user who may write in its directory"
    case .newerSchema: "use a newer berth; nothing was changed"
    case .olderSchema: "run berth apply with this program first"
    case .damaged, .unexpectedValue: "see: berth doctor"
    case .refused: "nothing was changed; see: berth doctor"
    case .diskFull: "nothing was changed; make room, and run the command again"
    case .readOnly: "check the rights to the file and to its directory, and that the disk can be written"
    case .busy: "another program has the database open for long: close it, and run the command again"
    case .inputOutput: "check the disk; keep a copy of the state before anything else writes to it"
    case .sqlite: "see: berth doctor"
    case .system: "check the path and the rights to it; --state or BERTH_STATE names another one"
    case .changedElsewhere: "run the command again"
    case .locked: "wait for it with --lock-timeout 5m, or try again later; berth doctor says who holds it"
    case .unknownRow, .misuse: "this is a defect of Berth; nothing was changed; see: berth doctor"
    }
  }
}

extension ManifestSourceError {
  /// Next step for the user.
  var advice: String {
    switch self {
    case .missing: "check the path; berth init makes a directory of manifests to start from"
    case .unreadable: "check the rights to it"
    }
  }
}
