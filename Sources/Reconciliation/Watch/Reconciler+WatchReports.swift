import Diagnostics
import FleetModel
import PlanModel

extension Reconciler {
  /// Seconds between looks at the manifests while the system refuses notifications.
  private static let pollInterval = TimeSpan.seconds(5)

  /// Reports warnings and held deletions that differ from those reported last. Called after `reportRepair`, so that the
  /// repair is reported first.
  func report(_ warnings: [Diagnostic], _ held: [Refusal]) {
    if warnings != watching?.warnings {
      watching?.warnings = warnings
      observer?.reconciler(did: .watch(.warnings(warnings)))
    }
    guard held != watching?.held else { return }
    watching?.held = held
    observer?.reconciler(did: .watch(held.isEmpty ? .released : .held(held)))
  }

  /// Reports that the manifests can be carried out again, if a problem was reported before.
  func reportRepair() {
    guard watching?.problem != nil else { return }
    watching?.problem = nil
    observer?.reconciler(did: .watch(.repaired))
  }

  /// Reports a problem, unless it was the last one reported.
  ///
  /// - Throws: `error` at the start of a watch with a goal, which it can't reach. Not where another source is in the way: that
  ///   may be settled there.
  func report(_ problem: WatchProblem, _ error: any Error) throws {
    if watching?.hasBegun == false, watching?.request.goal != nil, !problem.isOfOwnership { throw error }
    if watching?.problem == problem { return }
    watching?.problem = problem
    observer?.reconciler(did: .watch(.broken(problem)))
  }

  /// Reports once that the system refuses notifications. While it does, looks at the manifests are scheduled instead.
  func checkNotifications() {
    guard let watching, let limit = watching.notifier.refusedBy else { return }
    scheduleLook(after: Self.pollInterval)
    if watching.hasReportedNotifications { return }
    self.watching?.hasReportedNotifications = true
    observer?.reconciler(did: .watch(.lacksNotifications(limit)))
  }

  /// Schedules one look; a look that was scheduled before is dropped.
  func scheduleLook(after span: TimeSpan) {
    let (time, mailbox) = (time, mailbox)
    let at = time.now() + span
    pollTimer?.cancel()
    pollTimer = Task {
      do { try await time.sleep(until: at) } catch { return }
      mailbox.post(.manifestsChanged(isQuiet: true))
    }
  }

  /// Schedules the next look at everything: files, secrets and engines.
  func scheduleResync() {
    guard let watching else { return }
    resyncTimer?.cancel()
    let (time, mailbox) = (time, mailbox)
    let at = time.now() + watching.request.resync
    resyncTimer = Task {
      do { try await time.sleep(until: at) } catch { return }
      mailbox.post(.resync)
    }
  }

  /// Reports once that the watch has looked at everything.
  func reportBeginning() {
    guard let watching, !watching.hasBegun else { return }
    self.watching?.hasBegun = true
    observer?.reconciler(did: .watch(.began(declared: fleet.deploymentCount(of: watching.request.source))))
  }
}
