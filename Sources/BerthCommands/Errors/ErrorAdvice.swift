import EngineInterface
import ManifestSources
import StateStore

// Advice about errors: one line without a full stop for every case.

extension StateError {
  /// Next step for the user.
  var advice: String {
    switch self {
    case .missing: "the first apply creates it; --state or BERTH_STATE selects another one"
    case .unsuitable, .networkFilesystem: "choose a path on a local disk with --state or BERTH_STATE"
    case .notItsOwn: "nothing was changed; give the state a directory of its own with --state DIRECTORY/state.db"
    case .notADatabase, .foreign: "it was not changed; select the right path with --state or BERTH_STATE"
    case .denied(let path, let owner):
      "run the command as \(owner), ask for read access to \(path), or select another state with --state"
    case .unreadable: "try again later, or as a user with write access to its directory"
    case .logLeftBehind:
      "copy the log as well, or copy with berth backup; berth doctor --fix takes the file as it is, without those commits"
    case .replaced:
      "nothing more was changed, and runs continue; put the file back, or start again with the one that is there"
    case .newerSchema: "use a newer version of Berth; nothing was changed"
    case .olderSchema: "run berth apply with this version first"
    case .damaged, .unexpectedValue: "see: berth doctor"
    case .refused: "nothing was changed; see: berth doctor"
    case .diskFull: "nothing was changed; free some space and run the command again"
    case .readOnly: "check the permissions of the file and its directory, and that the disk is writable"
    case .busy: "another program keeps the database busy: close it and run the command again"
    case .inputOutput: "check the disk; keep a copy of the state before anything else writes to it"
    case .sqlite: "see: berth doctor"
    case .system: "check the path and its permissions; --state or BERTH_STATE selects another one"
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
    case .missing: "check the path; berth init creates a directory of example manifests"
    case .unreadable: "check its permissions"
    }
  }
}
