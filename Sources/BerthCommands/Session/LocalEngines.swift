import EngineInterface
import FleetModel
import ProcessEngine
import Reconciliation
import StateStore
import SystemPackage

/// The engines of this machine.
struct LocalEngines: EngineDirectory {
  /// Use that a command makes of engines.
  enum Access {
    /// For questions: nothing is started, stopped, settled or removed.
    case reading
    /// For a holder of the state's lock.
    case settling
  }

  private let process: any Engine

  /// Creates the engines of a recorded state. The process engine keeps its runs beside the database.
  ///
  /// - Throws: `StateError` if the state can't be read.
  init(_ store: StateStore, _ access: Access) throws {
    let identity = try store.identity()
    let settings = ProcessEngineSettings(
      runs: Self.directory("runs", of: store.path), work: Self.directory("work", of: store.path), shim: Self.shim,
      environment: Dictionary(
        uniqueKeysWithValues: ProcessEngineSettings.inheritedVariables.compactMap { name in
          Surroundings.current[name].map { (name, $0) }
        }),
      owner: ProcessEngineSettings.Owner(installation: identity.installation, state: identity.file),
      openFiles: Surroundings.openFiles.withLock { $0 }, gpuLeases: .ofThisMachine)
    do throws(EngineError) {
      switch access {
      case .reading:
        process = QuestioningEngine(view: try ProcessEngineView(settings: settings))
      case .settling:
        process = try LocalProcessEngine(settings: settings)
      }
    } catch {
      process = SilentEngine(error: error)
    }
  }

  func engine(for spec: EngineSpec) -> any Engine {
    switch spec {
    case .process: process
    }
  }

  /// Returns the names that the engines use beside a database.
  static func names(beside database: String) -> Set<String> {
    Set(["runs", "work"].compactMap { FilePath(directory($0, of: database)).lastComponent?.string })
  }

  /// Returns the directory of a state's runs or work, beside its database. Its name contains that of the database, unless
  /// it is `state.db`, so that two states in one directory keep their runs apart.
  private static func directory(_ kind: String, of state: String) -> String {
    let database = FilePath(Surroundings.absolute(state))
    let name = database.lastComponent?.string ?? "state.db"
    let stem = name.hasSuffix(".db") ? String(name.dropLast(3)) : name
    return database.removingLastComponent().appending(stem == "state" ? kind : "\(stem).\(kind)").string
  }

  /// Checks that runs can be started and stopped. Called before anything is written.
  ///
  /// - Throws: `CommandError.system` when `berth-shim` is missing.
  static func check() throws {
    guard !Surroundings.isExecutable(shim) else { return }
    throw CommandError.system(
      "berth-shim, which supervises runs, is not in \(Surroundings.programDirectory)",
      hint: "put it there, beside berth; both are made by one build")
  }

  /// Path of `berth-shim`: beside this program, or in the directory where packages put internal programs.
  private static var shim: String {
    let beside = Surroundings.programDirectory + "/berth-shim"
    let installed = Surroundings.programDirectory + "/../libexec/berth/berth-shim"
    return Surroundings.isExecutable(beside) ? beside : installed
  }
}
