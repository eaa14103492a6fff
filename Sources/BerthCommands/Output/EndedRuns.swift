import EngineInterface
import FleetModel
import StateStore

/// Runs that are recorded as live and that their engine reports as over: nobody has recorded it yet, and whoever reads what
/// is recorded must know.
enum EndedRuns {
  /// No more are looked at, so that nobody waits for that.
  static let most = 1000

  /// Says on a stream how many there are, if there are any. An engine that does not answer is no news here: `doctor` tells.
  static func tell(_ store: StateStore, on stream: TextStream) throws {
    let live = try store.liveRuns(limit: most).filter { $0.state == .running }
    if live.isEmpty { return }
    let clusters = try store.clusters().filter { $0.engine == EngineSpec.process.type }
    let names = Set(clusters.map(\.identity))
    let runs = live.filter { names.contains($0.identity.cluster) }
    if runs.isEmpty { return }
    let ended = LocalEngines(state: store.path).ended(among: runs.map(\.name))
    if let text = text(ended, isBounded: live.count == most) { stream.write(stream.note(text)) }
  }

  /// The sentence; nil: there are none.
  static func text(_ count: Int, isBounded: Bool) -> String? {
    if count == 0 { return nil }
    let runs = count == 1 ? "1 run has" : "\(count) runs have"
    return "\(isBounded ? "at least " : "")\(runs) ended since the last change was recorded; "
      + "berth apply or berth watch records it"
  }
}
