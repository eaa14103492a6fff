import EngineInterface
import FleetModel

/// An engine that can't be used: every call fails with the reason.
struct SilentEngine: Engine {
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
