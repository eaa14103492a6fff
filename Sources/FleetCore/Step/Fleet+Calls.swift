import FleetModel
import PlanModel
import Scheduling

// Calls to engines that came back.

extension Fleet {
  /// Takes in the result of a call on a run.
  mutating func callFinished(_ name: RunName, _ result: CallResult, _ work: inout StepWork) {
    // The run may have ended since; a call that comes back late, after another was asked for, changes nothing by itself.
    guard let id = runsByName[name], let run = runs[id] else {
      orphanCallFinished(name, result, &work)
      return
    }
    let call: Call =
      switch result {
      case .prepared: .prepare
      case .launched: .launch
      case .stopRequested: .stop
      case .failed(let call, _): call
      }
    guard run.call == call else { return }
    runs[id]?.call = nil
    runs[id]?.touchedAt = stepCount
    switch result {
    case .prepared(let handle):
      runs[id]?.callFailures = 0
      runs[id]?.record.handle = handle
      work.changedRuns[id] = runs[id]?.record
      markDirty(run.deployment, &work)
    case .launched(let observation):
      runs[id]?.callFailures = 0
      observe(name, observation, on: run.record.cluster, &work)
    case .stopRequested(let seen):
      runs[id]?.callFailures = 0
      switch seen {
      // The call itself says so: what there is nothing of does not run.
      case .absent, .ended: observe(name, seen, on: run.record.cluster, &work)
      case .prepared, .queued, .running, .unsettled, .unknown, .foreign: break
      }
    case .failed(_, let failure): callFailed(id, call, failure, &work)
    }
    if let now = runs[id], now.record.state == .stopping, now.call == nil, now.callFailures == 0, call != .stop {
      askToStop(id, &work)
    }
  }

  /// Takes in the result of stopping a run without a record. Where it failed, the next look finds the run again.
  private mutating func orphanCallFinished(_ name: RunName, _ result: CallResult, _ work: inout StepWork) {
    // It is an orphan of every cluster of its engine.
    for cluster in clusters.filter({ $0.orphans[name] != nil }).map(\.record.id) {
      switch result {
      case .failed: setTimer(at: work.now + Backoff.call.wait(afterFailures: 3), .cluster(cluster))
      case .stopRequested(let seen):
        switch seen {
        // The call itself says so; no change will tell it.
        case .absent, .ended: observe(name, seen, on: cluster, &work)
        case .prepared, .queued, .running, .unsettled, .unknown, .foreign: break
        }
      case .prepared, .launched: break
      }
    }
  }

  private mutating func callFailed(_ id: RunID, _ call: Call, _ failure: CallFailure, _ work: inout StepWork) {
    guard let run = runs[id] else { return }
    let subject = ObjectIdentity.deployment(identity(of: run))
    log(.engineError, "\(call.rawValue) failed: \(failure.message)", subject, run: run.record.name, &work)
    switch failure {
    case .terminal(let message) where call == .prepare:
      end(id, .failedToStart(message), at: work.now, &work)
    case .terminal(let message) where call == .launch:
      // It may have executed all the same: its room is given back when a stop has made sure that it doesn't.
      runs[id]?.launchFailure = message
      requestStop(id, .launchFailed, &work)
    case .terminal, .retryable:
      // A failed launch may have executed: only an observation tells. A failed stop is asked again for ever.
      runs[id]?.callFailures += 1
      setTimer(at: work.now + Backoff.call.wait(afterFailures: run.callFailures + 1), .call(id))
    case .secretUnavailable(let message):
      deployments[run.deployment].missingSecret = message
      slotsWithMissingSecrets.insert(run.deployment)
      if run.record.state != .stopping { requestStop(id, .secretUnavailable, &work) }
    }
  }
}
