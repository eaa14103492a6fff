import EngineInterface
import FleetModel
import Reconciliation
import StateStore

/// Carries out repairs of `doctor --fix`. The caller holds the lock.
struct DoctorRepairs {
  /// Outcome of a repair, as a sentence.
  enum Result: Equatable {
    case made(String)
    /// The repair failed, and the finding stays.
    case failed(String)
  }

  let store: StateStore
  let engines: any EngineDirectory
  let time: any TimeSource
  var limit = CallLimit()

  /// Time between the request to stop and the kill, for a run whose `stopGrace` is unknown.
  static let grace = TimeSpan.seconds(10)
  /// Time after which a run that was asked to stop counts as one that does not end: longer than the grace.
  private static let patience = TimeSpan.seconds(15)

  /// Makes the repair of one finding. What an engine refuses, or does not answer, concerns that finding alone.
  ///
  /// - Returns: `nil` if there is no repair, or nothing to do any more.
  /// - Throws: `StateError` if the state can't be repaired.
  func repair(_ finding: Finding) async throws -> Result? {
    switch finding.repair {
    case nil: return nil
    case .state(let own): return try store.repair([own]).isEmpty ? nil : .made("repaired: \(own.text)")
    case .remove(let name, let spec):
      return try await attempt("remove the files of run \(name.text)") {
        try await remove(name, from: engines.engine(for: spec))
        return "removed the files of run \(name.text)"
      }
    case .putAside(let name, let spec):
      return try await attempt("put the files of run \(name.text) aside") {
        let engine = engines.engine(for: spec)
        let place = try await limit.call("putAside") { () throws(EngineError) in try await engine.putAside(name) }
        return "put the files of run \(name.text) aside: \(place)"
      }
    case .tidy(let spec):
      return try await attempt("remove what was left of removals") {
        let engine = engines.engine(for: spec)
        try await limit.call("tidy") { () throws(EngineError) in try await engine.tidy() }
        return "removed what was left of removals"
      }
    case .stop(let name, let spec, let isJournalled):
      return try await attempt("stop run \(name.text)") {
        let engine = engines.engine(for: spec)
        _ = try await limit.call("stop") { () throws(EngineError) in try await engine.stop(name, grace: Self.grace) }
        guard try await isGone(name, from: engine) else {
          throw EngineError.retryable("it did not end within \(Self.patience.text)")
        }
        if !isJournalled { try await remove(name, from: engine) }
        return "stopped run \(name.text)\(isJournalled ? "" : " and removed its files")"
      }
    }
  }

  private func attempt(_ what: String, _ body: () async throws -> String) async throws -> Result {
    do {
      return .made(try await body())
    } catch let error as EngineError {
      return .failed("could not \(what): \(error.message)")
    }
  }

  private func remove(_ name: RunName, from engine: any Engine) async throws(EngineError) {
    try await limit.call("remove") { () throws(EngineError) in try await engine.remove(name) }
  }

  /// Waits until the engine reports that a run is gone.
  private func isGone(_ name: RunName, from engine: any Engine) async throws -> Bool {
    let deadline = time.now() + Self.patience
    while true {
      let snapshot = try await limit.call("observe", isLook: true) { () throws(EngineError) in
        try await engine.observe()
      }
      switch snapshot.runs[name] {
      case nil, .absent, .ended: return true
      case .prepared, .queued, .running, .unsettled, .unknown, .foreign: break
      }
      let now = time.now()
      if now >= deadline { return false }
      try await time.sleep(until: min(deadline, now + .milliseconds(100)))
    }
  }
}
