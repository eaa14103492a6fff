import FleetModel
import Reports

/// Reports about engines: that one does not answer, and that it answers again.
struct EngineAnswers {
  /// Engines that have been reported as not answering.
  private var silent: Set<EngineSpec> = []

  /// Notes whether an engine answers, and returns a report of that; `nil` if it is not news.
  ///
  /// - Parameter unknown: the reason why the engine does not answer; `nil` if it answers.
  mutating func note(
    _ engine: EngineSpec, unknown: String?
  ) -> (name: String, words: String, style: Style?)? {
    let name = "engine \(engine.type)"
    guard let unknown else { return silent.remove(engine) == nil ? nil : (name, "answers again", nil) }
    return silent.insert(engine).inserted ? (name, "does not answer: \(unknown)", .warning) : nil
  }
}
