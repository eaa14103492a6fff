import FleetModel
import PlanModel

/// The trace of a world, line by line. Its tail explains a violation, and its digest distinguishes two runs of a seed.
struct WorldTrace: Sendable {
  private(set) var tail: [String] = []
  private(set) var digest: UInt64 = 0xcbf2_9ce4_8422_2325
  private(set) var count = 0
  static let kept = 120

  /// FNV-1a over the lines' bytes.
  mutating func add(_ line: String) {
    for byte in line.utf8 { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01b3 }
    count += 1
    tail.append(line)
    if tail.count > 2 * Self.kept { tail.removeFirst(Self.kept) }
  }
}

extension SimulatedWorld {
  mutating func note(_ line: @autoclosure () -> String) {
    trace.add("\((now.nanoseconds - Self.beginning.nanoseconds) / 1_000_000) \(line())")
  }

  static func text(_ write: StateWrite) -> String? {
    switch write {
    case .source, .event: nil
    case .organization(let record): "organization \(record.name)"
    case .user(let record): "user \(record.name) \(record.isActive)"
    case .cluster(let record): "cluster \(record.identity.text) \(record.capacity.text)"
    case .deployment(let record): "deployment \(record.identity.text) #\(record.id.value) \(text(record.progress))"
    case .progress(let id, let progress): "progress #\(id.value) \(text(progress))"
    case .run(let run):
      "run \(run.id.value) of #\(run.deployment.value) g\(run.generation)a\(run.attempt) \(run.state) "
        + "\(run.handle == nil ? "" : "h")\(run.isLaunched ? "l" : "") "
        + "\(run.outcome.map { $0.text } ?? "") \(run.stopCause.map { $0.text } ?? "") \(run.resources.text)"
    case .runtimes(let history):
      "runtimes \(history.key.image) of #\(history.key.user.value) \(history.durations.latest) \(history.ratios.latest)"
    case .runtimesForgotten(let key): "runtimes \(key.image) of #\(key.user.value) forgotten"
    case .organizationDeleted(let id): "organization \(id.value) deleted"
    case .userDeleted(let id): "user \(id.value) deleted"
    case .clusterDeleted(let id): "cluster \(id.value) deleted"
    case .deploymentDeleted(let id): "deployment #\(id.value) deleted"
    }
  }

  static func text(_ progress: DeploymentProgress) -> String {
    "\(progress.status.rawValue) \(progress.reasonCode ?? "-") g\(progress.generation) a\(progress.attempts) "
      + "f\(progress.failures)\(progress.isWithdrawn ? " withdrawn" : "")"
  }
}
