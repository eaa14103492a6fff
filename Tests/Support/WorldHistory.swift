import FleetCore
import FleetModel
import PlanModel
import TestKit

// Operations on a world from outside.

extension SimulatedWorld {
  mutating func carryOut(_ operation: WorldOperation) throws {
    note("OPERATION \(operation.kind)")
    var numbers = SeededGenerator(seed: operation.seed)
    let clusters = engines.keys.sorted()
    let cluster = clusters.isEmpty ? nil : numbers.pick(clusters)
    switch operation.kind {
    case .apply: try apply(changes: operation.seed == 0 ? 0 : numbers.from(1...4), &numbers)
    case .crash: try crash()
    case .crashSoon: crashIn = numbers.below(8)
    case .retry: try deliver(.retryRequested(fleet.failedDeployments(of: nil)))
    case .rest: break
    case .outage:
      guard let cluster else { break }
      engines[cluster]?.isOut = true
      schedule(in: numbers.from(1000...90_000), .outageEnds(cluster))
    case .reboot: if let cluster { reboot(cluster, &numbers) }
    case .kill:
      guard let cluster, let names = engines[cluster]?.executing.sorted(), !names.isEmpty else { break }
      end(numbers.pick(names), .signaled(signal: 9), on: cluster)
    case .orphan:
      guard let cluster else { break }
      let name = RunName(text: "berth-orphan\(operation.seed)")
      engines[cluster]?.entries[name] = SimulatedEngine.Entry(state: .running(since: now), deployment: nil)
      orphans.insert(name)
    }
  }

  /// Reboots a machine: executing runs are gone, some of them remembered, and prepared runs may be gone, too.
  private mutating func reboot(_ cluster: ClusterID, _ numbers: inout SeededGenerator) {
    for name in (engines[cluster]?.entries ?? [:]).keys.sorted() {
      guard let entry = engines[cluster]?.entries[name] else { continue }
      switch entry.state {
      case .running, .queued:
        orphans.remove(name)
        if numbers.chance(50) {
          engines[cluster]?.entries[name]?.state = .ended(.interrupted, at: now)
          engines[cluster]?.entries[name]?.plan += 1
        } else {
          engines[cluster]?.entries[name] = nil
        }
      case .prepared: if numbers.chance(30) { engines[cluster]?.entries[name] = nil }
      case .ended: break
      }
    }
  }

  func comparison(of manifest: WorldManifest, confirming: Int? = nil) throws -> Comparison {
    var options = ComparisonOptions(source: Self.source, binding: "/world", allowsEmpty: true)
    options.confirmedDeletions = confirming
    return try fleet.compare(
      manifest.desired, secrets: ResolvedSecrets(states: manifest.secretStates), options: options)
  }

  private mutating func apply(changes: Int, _ numbers: inout SeededGenerator) throws {
    for _ in 0..<changes { manifest.mutate(&numbers) }
    var comparison = try comparison(of: manifest)
    comparison = try self.comparison(of: manifest, confirming: comparison.revision.withdrawn.count)
    if !comparison.refusals.isEmpty {
      note("refused: \(comparison.refusals)")
      manifest = applied
      return
    }
    note("apply \(comparison.changes.map { "\($0.kind.rawValue) \($0.identity.path)" })")
    try checkPlan(comparison)
    try deliver(.declared(comparison.revision), applying: manifest)
  }
}
