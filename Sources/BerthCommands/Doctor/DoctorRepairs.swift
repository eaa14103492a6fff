import EngineInterface
import FleetModel
import Reconciliation
import StateStore

/// Carries out repairs of `doctor --fix`. The caller holds the lock.
struct DoctorRepairs {
  let store: StateStore
  let engines: any EngineDirectory
  let time: any TimeSource

  /// Time between the request to stop and the kill, for a run whose `stopGrace` is unknown.
  static let grace = TimeSpan.seconds(10)

  /// Makes the repair of one finding.
  /// - Returns: a sentence about it; nil if nothing can be done.
  func repair(_ finding: Finding) async throws -> String? {
    switch finding.repair {
    case nil: return nil
    case .state(let own): return try store.repair([own]).isEmpty ? nil : "repaired: \(own.text)"
    case .remove(let name, let spec):
      try await engines.engine(for: spec).remove(name)
      return "removed the files of run \(name.text)"
    case .putAside(let name, let spec):
      do throws(EngineError) {
        return "put the files of run \(name.text) aside: \(try await engines.engine(for: spec).putAside(name))"
      } catch {
        // Something of the run may be alive; the finding stays.
        return nil
      }
    case .tidy(let spec):
      try await engines.engine(for: spec).tidy()
      return "removed what was left of removals"
    case .stop(let name, let spec, let isJournalled):
      let engine = engines.engine(for: spec)
      try await engine.stop(name, grace: Self.grace)
      guard try await isGone(name, from: engine) else { return nil }
      if !isJournalled { try await engine.remove(name) }
      return "stopped run \(name.text)\(isJournalled ? "" : " and removed its files")"
    }
  }

  /// Waits until the engine reports that a run is gone, for a little longer than the grace.
  private func isGone(_ name: RunName, from engine: any Engine) async throws -> Bool {
    let deadline = time.now() + Self.grace + .seconds(5)
    while true {
      switch try await engine.observe().runs[name] {
      case nil, .absent, .ended: return true
      case .prepared, .queued, .running, .unsettled, .unknown, .foreign: break
      }
      let now = time.now()
      if now >= deadline { return false }
      try await time.sleep(until: min(deadline, now + .milliseconds(100)))
    }
  }
}
