import EngineInterface
import FleetModel
import ProcessEngine
import Reconciliation
import SystemPackage

/// The engines of this machine.
struct LocalEngines: EngineDirectory {
  private let process: any Engine
  private let local: LocalProcessEngine?

  /// Creates the engines of a recorded state. The process engine keeps its runs beside the database.
  init(state: String) {
    let settings = ProcessEngineSettings(
      runs: Self.directory("runs", of: state), work: Self.directory("work", of: state), shim: Self.shim,
      environment: Dictionary(
        uniqueKeysWithValues: ProcessEngineSettings.inheritedVariables.compactMap { name in
          Surroundings.current[name].map { (name, $0) }
        }))
    do throws(EngineError) {
      let engine = try LocalProcessEngine(settings: settings)
      (process, local) = (engine, engine)
    } catch {
      (process, local) = (SilentEngine(error: error), nil)
    }
  }

  func engine(for spec: EngineSpec) -> any Engine {
    switch spec {
    case .process: process
    }
  }

  /// Returns the number of named runs that the process engine reports as ended.
  func ended(among names: [RunName]) -> Int {
    guard let local else { return 0 }
    var count = 0
    for name in names {
      do throws(EngineError) {
        if try local.hasEnded(name) { count += 1 }
      } catch {
        // A run that can't be read does not count; `doctor` reports it.
        continue
      }
    }
    return count
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

/// An engine that can't be used: every call fails with the reason.
private struct SilentEngine: Engine {
  let error: EngineError

  func prepare(_: RunRequest) async throws(EngineError) -> RunHandle { throw error }
  func launch(_: RunHandle, of _: RunRequest, secrets _: [SecretReference: SecretText]) async throws(EngineError)
    -> RunObservation
  { throw error }
  func observe() async throws(EngineError) -> EngineSnapshot { throw error }
  func changes(since _: ObservationCursor) async throws(EngineError) -> EngineChanges { throw error }
  func stop(_: RunName, grace _: TimeSpan) async throws(EngineError) -> RunObservation { throw error }
  func remove(_: RunName) async throws(EngineError) { throw error }
  func logs(_: RunName, options _: LogOptions) async throws(EngineError) -> AsyncThrowingStream<[UInt8], any Error> {
    throw error
  }
  func details(_: RunName) async throws(EngineError) -> [(label: String, value: String)] { throw error }
}
