import EngineInterface
import FleetModel

/// An engine for commands that only read: it answers questions, and refuses everything else.
struct QuestioningEngine: Engine {
  let view: any EngineView
  private var refusal: EngineError { .terminal("this command only reads, and does not change runs") }

  func observe() async throws(EngineError) -> EngineSnapshot { try await view.observe() }
  func lookCloser(missing: [RunName], strange: [RunName]) async throws(EngineError) -> [RunName: RunObservation] {
    try await view.lookCloser(missing: missing, strange: strange)
  }
  func logs(_ name: RunName, options: LogOptions) async throws(EngineError) -> AsyncThrowingStream<[UInt8], any Error> {
    try await view.logs(name, options: options)
  }
  func details(_ name: RunName) async throws(EngineError) -> [(label: String, value: String)] {
    try await view.details(name)
  }
  func prepare(_: RunRequest) async throws(EngineError) -> RunHandle { throw refusal }
  func launch(_: RunHandle, of _: RunRequest, secrets _: [SecretReference: SecretText]) async throws(EngineError)
    -> RunObservation
  { throw refusal }
  func changes(since _: ObservationCursor) async throws(EngineError) -> EngineChanges { throw refusal }
  func settle(_: RunName) async throws(EngineError) -> RunObservation { throw refusal }
  func stop(_: RunName, grace _: TimeSpan) async throws(EngineError) -> RunObservation { throw refusal }
  func remove(_: RunName) async throws(EngineError) { throw refusal }
}
