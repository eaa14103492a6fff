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
  /// - Parameter isWhole: whether all runs of the engine were looked at, and not only some.
  func keepLooking(at spec: EngineSpec, ifTroubled runs: [RunName: RunObservation], isWhole: Bool) {
    guard lock.isHeld else { return }
    let former = troubled[spec]?.runs ?? [:]
    var found = isWhole ? [:] : former
    for (name, seen) in runs { found[name] = isTroubled(name, seen) ? seen : nil }
    // One that was seen otherwise has ended its watch.
    if found == former, troubled[spec]?.isLooking == true { return }
    troubled[spec]?.task.cancel()
    troubled[spec] = found.isEmpty ? nil : TroubledRuns(runs: found, task: look(at: found, of: spec))
  }

  /// Whether the report of a run hinders its cluster, and may change without a notification.
  private func isTroubled(_ name: RunName, _ seen: RunObservation) -> Bool {
    switch seen {
    case .foreign: true
    case .unknown: fleet.isLive(name)
    case .absent, .prepared, .queued, .running, .ended, .unsettled: false
    }
  }

  private func look(at runs: [RunName: RunObservation], of spec: EngineSpec) -> Task<Void, Never> {
    let (engine, mailbox, time, limit) = (engines.engine(for: spec), mailbox, time, limit)
    let names = runs.keys.sorted()
    let recorded = Set(names.filter { fleet.isLive($0) })
    return Task {
      repeat {
        do { try await time.sleep(until: time.now() + Self.troubleDelay) } catch { return }
      } while await Self.isAsBefore(runs, names, recorded, engine, limit)
      if !Task.isCancelled { mailbox.post(.troubleChanged(spec)) }
    }
  }

  private static func isAsBefore(
    _ runs: [RunName: RunObservation], _ names: [RunName], _ recorded: Set<RunName>, _ engine: any Engine,
    _ limit: CallLimit
  ) async -> Bool {
    do throws(EngineError) {
      return try await limit.call("a look") { () throws(EngineError) in
        let seen = try await engine.look(at: names)
        let closer = try await engine.lookCloser(
          missing: names.filter { recorded.contains($0) && seen[$0] == nil },
          strange: names.filter { !recorded.contains($0) && seen[$0] != nil })
        return seen.merging(closer) { $1 } == runs
      }
    } catch {
      // A look at everything tells why.
      return false
    }
  }

  /// Takes in which engines have a troubled run that is seen otherwise, and returns them: they are to be looked at whole.
  func noteTroubleChanges(in messages: [Message]) -> [EngineSpec] {
    messages.compactMap { message in
      guard case .troubleChanged(let spec) = message else { return nil }
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
}
