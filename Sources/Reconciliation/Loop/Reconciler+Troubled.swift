import EngineInterface
import FleetCore
import FleetModel

/// Runs whose state nothing reports: a recorded one of which the engine can't tell it, and a live one of another owner. They are
/// looked at by themselves until one of them is seen otherwise; then the engine is looked at whole.
extension Reconciler {
  /// Time between two looks at such runs.
  static let troubleDelay = TimeSpan.seconds(2)

  /// Keeps in mind what was seen of troubled runs, and looks at them again and again. Under the lock.
  ///
  /// - Parameters:
  ///   - looked: the runs as the look itself found them, with which the next one is compared.
  ///   - isWhole: whether all runs of the engine were looked at, and not only some.
  func keepLooking(
    at spec: EngineSpec, ifTroubled runs: [RunName: RunObservation], as looked: [RunName: RunObservation], isWhole: Bool
  ) {
    guard lock.isHeld else { return }
    let former = troubled[spec]?.runs ?? [:]
    var found = isWhole ? [:] : former
    for (name, seen) in runs { found[name] = isTroubled(seen) ? looked[name] : nil }
    // One that was seen otherwise has ended its watch.
    if found == former, troubled[spec]?.isLooking == true { return }
    troubled[spec]?.task.cancel()
    let isUnsettled = found.values.contains { if case .unsettled = $0 { true } else { false } }
    let failures = isUnsettled ? (troubled[spec]?.settleFailures ?? 0) + 1 : 0
    troubled[spec] =
      found.isEmpty
      ? nil : TroubledRuns(runs: found, task: look(at: found, of: spec, failures), settleFailures: failures)
  }

  /// Whether the report of a run hinders its cluster, and may change without a notification.
  private func isTroubled(_ seen: RunObservation) -> Bool {
    switch seen {
    case .foreign, .unknown: true
    case .absent, .prepared, .queued, .running, .ended, .unsettled: false
    }
  }

  /// Looks until a run is seen otherwise, or until one that could not be settled is to be settled again: after twice as many
  /// looks as the last time, and 32 at most.
  private func look(
    at runs: [RunName: RunObservation], of spec: EngineSpec, _ settleFailures: Int
  ) -> Task<Void, Never> {
    let (engine, mailbox, time, limit) = (engines.engine(for: spec), mailbox, time, limit)
    let names = runs.keys.sorted()
    let recorded = Set(names.filter { fleet.isLive($0) })
    let launched = Set(fleet.launchedRuns(on: spec)).intersection(names)
    let most = settleFailures == 0 ? Int.max : 1 << min(settleFailures - 1, 5)
    return Task {
      var looks = 0
      repeat {
        do { try await time.sleep(until: time.now() + Self.troubleDelay) } catch { return }
        looks += 1
      } while await Self.isAsBefore(runs, names, (launched, recorded), engine, limit) && looks < most
      if !Task.isCancelled { mailbox.post(.lookDue(spec)) }
    }
  }

  private static func isAsBefore(
    _ runs: [RunName: RunObservation], _ names: [RunName],
    _ known: (launched: Set<RunName>, recorded: Set<RunName>), _ engine: any Engine, _ limit: CallLimit
  ) async -> Bool {
    do throws(EngineError) {
      return try await limit.call("a look") { () throws(EngineError) in
        let seen = try await engine.look(at: names)
        return try await closer(seen, launched: known.launched, recorded: known.recorded, engine) == runs
      }
    } catch {
      // A look at everything tells why.
      return false
    }
  }

  /// Takes in which engines are to be looked at whole, and returns them.
  func noteDueLooks(in messages: [Message]) -> [EngineSpec] {
    messages.compactMap { message in
      guard case .lookDue(let spec) = message else { return nil }
      retries.removeValue(forKey: spec)?.cancel()
      troubled[spec]?.isLooking = false
      return spec
    }
  }
}

/// Troubled runs of one engine.
struct TroubledRuns {
  /// The observation of each.
  var runs: [RunName: RunObservation]
  /// The looks at them.
  var task: Task<Void, Never>
  /// Whether they are still looked at.
  var isLooking = true
  /// Number of attempts in a row after which one of them could not be settled.
  var settleFailures = 0
}
