import BerthTestSupport
import FleetCore
import FleetModel
import PlanModel

/// Follows a suggestion as a person would: edits manifests, gives commands, and then lets time pass as it says.
struct Following {
  var scenario: Scenario
  let target: String
  /// Expected ends of runs that were observed.
  private var ends: [RunName: Instant] = [:]

  init(scenario: Scenario, target: String) {
    self.scenario = scenario
    self.target = target
  }

  /// Follows the suggestion; returns true if the deployment runs in the end.
  mutating func starts(by suggestion: Suggestion) throws -> Bool {
    var name = target
    var retried: [DeploymentIdentity] = []
    for remedy in suggestion.remedies {
      switch remedy {
      case .edit(let edit): try change(edit, &name)
      case .retry(let identity): retried.append(identity)
      case .provideSecret: scenario.missingSecrets = []
      case .repairEngine(let identity, _):
        guard let cluster = scenario.fleet.clusterRecords.first(where: { $0.identity == identity }) else {
          return false
        }
        scenario.response(to: [.clustersObserved([cluster.id: .answered(runs: [:], asOf: scenario.fleet.stepCount)])])
      case .apply: break
      }
    }
    for run in scenario.fleet.liveRuns { _ = end(of: run) }
    try scenario.apply()
    if !retried.isEmpty { scenario.response(to: [.retryRequested(retried)]) }
    switch suggestion.start {
    case .now: break
    case .once(_, let instant?), .at(let instant): try advance(to: instant)
    case .once(let others, nil):
      for other in others { try finish(other) }
    }
    return scenario.state(name) == "RUNNING"
  }

  /// Lets a job end at its expected time, or at once if that is unknown, and a service become ready.
  private mutating func finish(_ identity: DeploymentIdentity) throws {
    let name = self.name(identity)
    if scenario.deployments[name]?.traits.mode == .service { return try advance(to: scenario.now + .seconds(60)) }
    // It may have to wait itself, at most this long.
    let last = scenario.now + .seconds(3600)
    while scenario.fleet.liveRun(of: identity) == nil, scenario.now < last {
      try advance(to: scenario.now + .seconds(1))
    }
    guard let run = scenario.fleet.liveRun(of: identity) else { return }
    if let end = end(of: run) { try advance(to: end) } else { scenario.end(name) }
  }

  /// The expected end of a run, as of the first time it was asked for; `nil` if unknown.
  private mutating func end(of run: RunRecord) -> Instant? {
    if let known = ends[run.name] { return known }
    guard let traits = scenario.fleet.deployment(run.identity)?.traits, traits.mode == .job, let since = run.startedAt,
      let span = traits.expectedRuntime ?? traits.maxRuntime
    else { return nil }
    let bound = traits.maxRuntime.map { since + $0 }
    let end = since + span
    if let bound, bound <= scenario.now {
      // A stopping run is gone when its grace is over, unless the report is late.
      let gone = bound + run.stopGrace
      ends[run.name] = gone > scenario.now ? gone : scenario.now + .seconds(5)
    } else {
      let expected = end > scenario.now ? end : scenario.now + max(scenario.now - since, .milliseconds(1))
      ends[run.name] = bound.map { min($0, expected) } ?? expected
    }
    return ends[run.name]
  }

  /// Advances time. Every run ends at its expected time, runs of one moment together.
  private mutating func advance(to instant: Instant) throws {
    while true {
      var next: [(at: Instant, run: RunRecord)] = []
      for run in scenario.fleet.liveRuns { if let end = end(of: run) { next.append((end, run)) } }
      // At most a second, for timers in between.
      let moment = min(instant, next.map(\.at).min() ?? instant, scenario.now + .seconds(1))
      scenario.now = max(moment, scenario.now)
      var over: [ClusterID: [RunName: RunObservation]] = [:]
      for end in next where end.at <= moment {
        over[end.run.cluster, default: [:]][end.run.name] = .ended(.exited(status: 0), at: scenario.now)
      }
      scenario.response(to: over.sorted { $0.key < $1.key }.map { .runsObserved($0.key, $0.value) } + [.timer])
      if over.isEmpty, moment >= instant { return }
    }
  }

  private func name(_ identity: DeploymentIdentity) -> String {
    identity.cluster.name == "lab" ? identity.name : "\(identity.cluster.name)/\(identity.name)"
  }

  private mutating func change(_ edit: ManifestEdit, _ name: inout String) throws {
    switch edit.object {
    case .cluster(let identity):
      for field in edit.fields { set(field, in: &scenario.clusters[identity.name, default: .zero], "spec.capacity.") }
    case .user:
      for field in edit.fields {
        if field.path == "spec.active" { scenario.user.active = field.new == "true" }
        if field.path == "spec.organizations" { scenario.user.organizations = ["vision"] }
      }
    case .organization: break
    case .deployment(let identity):
      var key = self.name(identity)
      guard var spec = scenario.deployments[key] else { throw Unknown(what: key) }
      for field in edit.fields {
        switch field.path {
        case "spec.suspend": spec.traits.suspend = field.new == "true"
        case "spec.protect": spec.traits.protect = field.new == "true"
        case "spec.priority": spec.traits.priority = try priority(field.new)
        case "spec.maxRuntime": spec.traits.maxRuntime = try span(field.new)
        case "spec.rerun": spec.rerun = field.new
        case "spec.dependsOn", "metadata.renamedFrom": break
        case "spec.cluster":
          scenario.deployments[key] = nil
          let cluster = (field.new ?? "").split(separator: "/").last.map(String.init) ?? ""
          let moved = cluster == "lab" ? identity.name : "\(cluster)/\(identity.name)"
          scenario.renamedFrom[moved] = key
          if name == key { name = moved }
          key = moved
        default:
          guard field.path.hasPrefix("spec.resources.") else { throw Unknown(what: field.path) }
          set(field, in: &spec.traits.resources, "spec.resources.")
        }
      }
      scenario.deployments[key] = spec
    }
  }

  struct Unknown: Error { var what: String }

  private func priority(_ text: String?) throws -> Priority {
    guard let found = Priority.allCases.first(where: { $0.text == text }) else {
      throw Unknown(what: text ?? "nothing")
    }
    return found
  }

  private func span(_ text: String?) throws -> TimeSpan {
    if let span = text.flatMap({ TimeSpan(compound: $0, inOrder: true) }) { return span }
    throw Unknown(what: text ?? "nothing")
  }

  /// Sets a quantity as it is spelled in the edit.
  private func set(_ field: ManifestEdit.Field, in resources: inout Resources, _ prefix: String) {
    let text = field.new ?? ""
    switch field.path.dropFirst(prefix.count) {
    case "ram": resources.ramBytes = QuantityParser.ramBytes(text) ?? 0
    case "cpu": resources.cpuMilli = QuantityParser.milli(text) ?? 0
    default: resources.gpuMilli = QuantityParser.milli(text) ?? 0
    }
  }
}
