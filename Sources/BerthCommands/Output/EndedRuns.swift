import EngineInterface
import FleetModel
import StateStore

/// Runs that are recorded as live although their engine reports them as ended. Readers of the recorded state must know
/// about them.
enum EndedRuns {
  /// Largest number of runs to examine, so that commands stay fast.
  static let most = 1000

  /// Notes on a stream how many such runs there are. Engines that do not answer are ignored here; `doctor` reports
  /// them.
  static func report(_ store: StateStore, on stream: TextStream) throws {
    let live = try store.liveRuns(limit: most).filter { $0.state == .running }
    if live.isEmpty { return }
    let clusters = try store.clusters().filter { $0.engine == EngineSpec.process.type }
    let names = Set(clusters.map(\.identity))
    let runs = live.filter { names.contains($0.identity.cluster) }
    if runs.isEmpty { return }
    let ended = try LocalEngines(store, .reading).ended(among: runs.map(\.name))
    if let text = text(ended, isBounded: live.count == most) { stream.write(stream.note(text)) }
  }

  /// The sentence; nil if there are none.
  static func text(_ count: Int, isBounded: Bool) -> String? {
    if count == 0 { return nil }
    let runs = count == 1 ? "1 run has" : "\(count) runs have"
    return "\(isBounded ? "at least " : "")\(runs) ended since the last change was recorded; "
      + "berth apply or berth watch records it"
  }
}
