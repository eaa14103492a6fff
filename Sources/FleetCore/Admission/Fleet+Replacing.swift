import FleetModel
import PlanModel
import Scheduling

// Replacement of an old run by a new generation: in the room that the old run gives back, and in what is free beyond it.

extension Fleet {
  /// Stops the old run of a deployment once its new generation fits in what is free and what the old run gives back. Returns
  /// false if it does not fit.
  mutating func tryToReplace(_ slot: DeploymentSlot, _ work: inout StepWork) -> Bool {
    guard let old = deployments[slot].run, deployments[slot].met.unmetRunning == 0 else { return false }
    let request = deployments[slot].record.traits.resources
    // A service that would not start again for those that need it is not stopped.
    guard roomForReplacing(slot).assignment(for: request) != nil, servicesCanStay([slot], for: slot) else {
      return false
    }
    requestStop(old, .replaced, &work)
    // It waits for its own room now. Left in the queue, it would be found to fit again and again.
    dequeue(slot)
    return true
  }

  /// Whether replacements may take what they ask for beyond what their old runs give back. That is room like any other, of
  /// which what is kept for those before them is not theirs.
  func mayGrow(_ slots: [DeploymentSlot], _ pass: AdmissionPass) -> Bool {
    if pass.isOvercommitted || pass.reservations.isEmpty { return true }
    let growth = growth(of: slots, on: pass.cluster)
    if growth == .zero { return true }
    if pass.drained.contains(where: { growth[$0] > 0 }) { return false }
    return pass.timeline.assignment(for: growth, runtime: longestRuntime(of: slots)) != nil
  }

  /// Counts the growth of replacements as a bypass of the reservations that it puts at risk.
  mutating func noteBypasses(by slots: [DeploymentSlot], _ pass: inout AdmissionPass, _ work: inout StepWork) {
    guard !pass.reservations.isEmpty, let first = slots.first else { return }
    let growth = growth(of: slots, on: pass.cluster)
    if growth == .zero { return }
    noteBypasses(by: first, taking: growth, longestRuntime(of: slots), &pass, &work)
  }

  /// Returns what replacements ask for beyond what their old runs on a cluster give back.
  private func growth(of slots: [DeploymentSlot], on cluster: ClusterSlot) -> Resources {
    var (asked, returned) = (Resources.zero, Resources.zero)
    for slot in slots {
      asked += deployments[slot].record.traits.resources
      if let old = liveRun(of: slot), old.cluster == cluster { returned += old.record.resources }
    }
    var growth = Resources.zero
    for dimension in Dimension.allCases { growth[dimension] = max(0, asked[dimension] - returned[dimension]) }
    // More than one GPU is asked for as whole ones.
    if growth.gpuMilli > 1000 { growth.gpuMilli = (growth.gpuMilli + 999) / 1000 * 1000 }
    return growth
  }

  private func longestRuntime(of slots: [DeploymentSlot]) -> RuntimeBound {
    let all = slots.map { runtimeBound(of: $0).forAdmission }
    func longest(_ spans: [TimeSpan?]) -> TimeSpan? { spans.contains(nil) ? nil : spans.compactMap { $0 }.max() }
    return RuntimeBound(promised: longest(all.map(\.promised)), expected: longest(all.map(\.expected)))
  }
}
