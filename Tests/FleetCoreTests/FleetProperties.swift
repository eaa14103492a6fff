import BerthTestSupport
import Foundation
import Testing

@Suite struct FleetProperties {
  /// Nothing is held twice, nobody is stopped who need not be, nothing that could start is left waiting, and it ends.
  @Test func everyInvariantHoldsOnGeneratedFleets() async {
    let width = max(2, ProcessInfo.processInfo.activeProcessorCount)
    let seeds = RequestedFleets.seeds
    await withTaskGroup(of: String?.self) { group in
      for lane in 0..<width {
        group.addTask {
          for seed in seeds where Int(seed) % width == lane {
            if let report = Self.report(seed: seed) { return report }
          }
          return nil
        }
      }
      for await case let report? in group { Issue.record("\(report)") }
    }
  }

  /// Nil: all held. Else the smallest case that was found to fail likewise.
  private static func report(seed: UInt64) -> String? {
    var given = GeneratedFleet(seed: seed)
    var trial = FleetTrial(given)
    guard var found = trial.run() else { return nil }
    search: while true {
      for smaller in given.smaller {
        var trial = FleetTrial(smaller)
        guard let problem = trial.run() else { continue }
        (given, found) = (smaller, problem)
        continue search
      }
      break
    }
    return "seed \(seed): \(found)\n\(given.text)"
  }
}

/// `BERTH_FLEETS=COUNT` or `FIRST+COUNT` chooses the seeds; 20,000 from 1 otherwise.
private enum RequestedFleets {
  static var seeds: Range<UInt64> {
    let parts = (ProcessInfo.processInfo.environment["BERTH_FLEETS"] ?? "20000").split(separator: "+").compactMap {
      UInt64($0)
    }
    let (first, count) = parts.count == 2 ? (parts[0], parts[1]) : (1, parts.first ?? 20_000)
    return first..<first + count
  }
}
