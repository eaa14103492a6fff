import FleetModel
import Glibc
import Reports
import SystemCalls
import SystemPackage

/// The place of the recorded state, and the rule that led to it.
struct StatePlace: Equatable {
  /// Rule that selects a place.
  enum Rule: Equatable {
    /// `--state`.
    case option
    /// `BERTH_STATE`.
    case variable
    /// The nearest `.berth` directory upward from the working directory; whether it is in the working directory itself.
    case local(isHere: Bool)
    /// The one state of a user on a machine.
    case machine
  }
  /// Path of the database.
  var path: String
  var rule: Rule

  /// Name of the directory that keeps the state of a directory tree.
  static let localDirectory = ".berth"
  /// Name of the database in each directory that is chosen by rule.
  static let database = "state.db"

  /// Finds the state: as the option says, else as the variable says, else in the nearest `.berth` upward, else the user's
  /// one state on this machine.
  ///
  /// - Parameters:
  ///   - option: the value of `--state`.
  ///   - working: the absolute working directory.
  ///   - user: number of the effective user.
  /// - Throws: `CommandError.system` for a `.berth` that somebody else may have put there, and if the user has no home.
  static func find(
    option: String?, surroundings: Surroundings = .current, working: String = Surroundings.workingDirectory,
    user: uid_t = geteuid()
  ) throws -> StatePlace {
    if let option { return StatePlace(path: option, rule: .option) }
    if let path = surroundings["BERTH_STATE"], !path.isEmpty { return StatePlace(path: path, rule: .variable) }
    if let directory = try nearestLocal(from: working, user: user) {
      let isHere = directory.removingLastComponent().string == working
      // As short as it was always written.
      let path = isHere ? "\(localDirectory)/\(database)" : directory.appending(database).string
      return StatePlace(path: path, rule: .local(isHere: isHere))
    }
    return StatePlace(path: try machinePath(surroundings, user: user), rule: .machine)
  }

  /// Returns the user's one state on this machine: below `XDG_STATE_HOME` (https://specifications.freedesktop.org/basedir),
  /// by default `~/.local/state`, or `/var/lib` for root.
  private static func machinePath(_ surroundings: Surroundings, user: uid_t) throws -> String {
    func isUsable(_ path: String) -> Bool { path.hasPrefix("/") }
    if let home = surroundings["XDG_STATE_HOME"], isUsable(home) { return "\(home)/berth/\(database)" }
    if user == 0 { return "/var/lib/berth/\(database)" }
    if let home = surroundings["HOME"], isUsable(home) { return "\(home)/.local/state/berth/\(database)" }
    guard let entry = getpwuid(user), let home = entry.pointee.pw_dir.map({ String(cString: $0) }), isUsable(home)
    else {
      throw CommandError.system(
        "user \(user) has no home directory, so there is no place for the state",
        hint: "choose one with --state or BERTH_STATE")
    }
    return "\(home)/.local/state/berth/\(database)"
  }

  /// Returns the nearest `.berth` directory upward.
  ///
  /// A state says which programs run. So a directory that another user owns, and to which this one can write, is refused: it
  /// may have been put there for him to find.
  private static func nearestLocal(from working: String, user: uid_t) throws -> FilePath? {
    var directory = FilePath(working)
    while true {
      let candidate = directory.appending(localDirectory)
      if let status = status(of: candidate.string), status.type == .directory {
        let owner = status.userID.rawValue
        guard owner == user || owner == 0 || access(candidate.string, W_OK) != 0 else {
          let name = getpwuid(owner).map { String(cString: $0.pointee.pw_name) } ?? "user \(owner)"
          throw CommandError.system(
            "the state in \(candidate.string) belongs to \(name)",
            hint: "if it is meant, name it: --state \(candidate.appending(database).string)")
        }
        return candidate
      }
      guard directory.removeLastComponent() else { return nil }
    }
  }

  private static func status(of path: String) -> Stat? {
    do throws(Errno) { return try Stat(path) } catch { return nil }
  }

  /// The path as it is shown: below the home directory with `~`.
  static func shown(_ path: String, _ surroundings: Surroundings = .current) -> String {
    guard let home = surroundings["HOME"], home.count > 1, path.hasPrefix(home + "/") else { return path }
    return "~" + path.dropFirst(home.count)
  }
}
