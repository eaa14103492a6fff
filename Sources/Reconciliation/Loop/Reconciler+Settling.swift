import EngineInterface
import FleetCore
import FleetModel
import StateStore

/// Looks that need more than one call: where an engine and the records disagree, and where runs have lost their supervisor.
/// Only a holder of the lock settles runs.
extension Reconciler {
  /// Returns a look after closer looks at what contradicts the records, and with an end for each run that has lost its
  /// supervisor: the real one under the lock, the expected one for a question.
  func examined(_ snapshot: EngineSnapshot, of spec: EngineSpec) async -> Result<EngineSnapshot, EngineError> {
    var snapshot = snapshot
    let engine = engines.engine(for: spec)
    let (seen, launched) = (snapshot.runs, Set(fleet.launchedRuns(on: spec)))
    let recorded = Set(seen.keys.filter { fleet.isLive($0) }).union(launched)
    do throws(EngineError) {
      snapshot.runs = try await limit.call("a closer look") { () throws(EngineError) in
        try await Self.closer(seen, launched: launched, recorded: recorded, engine)
      }
    } catch {
      return .failure(error)
    }
    let looked = snapshot.runs
    if isLockHeldByAnother {
      // The holder carries out itself what it has begun.
      for name in fleet.begunRuns(on: spec) where snapshot.runs[name] == nil { snapshot.runs[name] = .prepared }
    }
    snapshot.runs = await settled(snapshot.runs, on: engine)
    if lock.isHeld { reportRemarks(snapshot.remarks, of: spec) }
    keepLooking(at: spec, ifTroubled: snapshot.runs, as: looked, isWhole: true)
    return .success(snapshot)
  }

  /// Returns a look after a closer one at what contradicts the records.
  ///
  /// - Parameters:
  ///   - launched: runs that are recorded as launched.
  ///   - recorded: runs that a live record names.
  static func closer(
    _ seen: [RunName: RunObservation], launched: Set<RunName>, recorded: Set<RunName>, _ engine: any Engine
  ) async throws(EngineError) -> [RunName: RunObservation] {
    let missing = launched.filter { seen[$0] == nil }.sorted()
    let strange = seen.filter { $0.value.isLive && !recorded.contains($0.key) }.keys.sorted()
    if missing.isEmpty && strange.isEmpty { return seen }
    var runs = seen
    for (name, closer) in try await engine.lookCloser(missing: missing, strange: strange) {
      // Another owner's run that does not execute is nobody's business here.
      runs[name] = seen[name] == .prepared || closer == .absent ? nil : closer
    }
    return runs
  }

  /// Whether another process is seen to hold the lock. An account that may not ask is told what follows if none does.
  private var isLockHeldByAnother: Bool {
    do throws(StateError) { return try lock.isHeldByAnother } catch { return false }
  }

  /// Returns messages whose observations are examined. Under the lock.
  func examined(_ messages: [Message]) async -> [Message] {
    var examinedMessages: [Message] = []
    for message in messages {
      switch message {
      case .looked(let spec, let snapshot, let asOf):
        switch await examined(snapshot, of: spec) {
        case .success(let snapshot): examinedMessages.append(.looked(spec, snapshot, asOf: asOf))
        case .failure(let error): examinedMessages.append(.silent(spec, error.message, isRetried: false))
        }
      case .changed(let spec, let runs):
        // Whose an unrecorded run is, only a whole look tells.
        let known = runs.filter { fleet.isLive($0.key) || !$0.value.mayBeAlive }
        if known.count < runs.count { look(at: spec) }
        let runs = await settled(known, on: engines.engine(for: spec))
        keepLooking(at: spec, ifTroubled: runs, as: known, isWhole: false)
        examinedMessages.append(.changed(spec, runs))
      case .callFinished, .silent, .timer, .tick, .manifestsChanged, .resume, .resync, .lookDue, .deadline,
        .cancelled:
        examinedMessages.append(message)
      }
    }
    return examinedMessages
  }

  /// Returns observations in which no run is unsettled.
  private func settled(
    _ runs: [RunName: RunObservation], on engine: any Engine
  ) async -> [RunName: RunObservation] {
    var runs = runs
    let unsettled = runs.filter { if case .unsettled = $0.value { true } else { false } }
    for (name, seen) in unsettled.sorted(by: { $0.key < $1.key }) {
      guard case .unsettled(let outcome) = seen else { continue }
      guard lock.isHeld else {
        runs[name] = .ended(outcome, at: time.now())
        continue
      }
      do throws(EngineError) {
        runs[name] = try await limit.call("settle") { () throws(EngineError) in try await engine.settle(name) }
      } catch {
        runs[name] = .unknown("\(name.text) can't be settled: \(error.message)")
      }
    }
    return runs
  }

  /// Reports what an engine remarks, once each.
  private func reportRemarks(_ remarks: [String], of spec: EngineSpec) {
    for remark in remarks where reportedRemarks.insert(remark).inserted {
      observer?.reconciler(did: .remark(spec, remark))
    }
  }
}

extension RunObservation {
  /// Whether the engine reports the run as something that is not over.
  fileprivate var isLive: Bool { self == .prepared || mayBeAlive }
}
