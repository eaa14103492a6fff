import FleetCore
import FleetModel
import PlanModel

/// A simulation of declared deployments, all declared at once.
public struct ManifestSimulation {
  private let declarations: [Declaration]
  private let unknownRuntime: TimeSpan

  /// Creates a simulation of declarations that are valid as a whole, in order of creation.
  ///
  /// - Parameter unknownRuntime: the runtime of jobs that declare none.
  public init(_ declarations: [Declaration], unknownRuntime: TimeSpan) {
    self.declarations = declarations
    self.unknownRuntime = unknownRuntime
  }

  /// Number of jobs that are not suspended and declare no runtime.
  public var jobsOfUnknownRuntime: Int {
    declarations.count { declaration in
      guard case .deployment(let spec) = declaration.spec else { return false }
      return spec.traits.mode == .job && !spec.traits.suspend && spec.traits.expectedRuntime == nil
        && spec.traits.maxRuntime == nil
    }
  }

  /// Number of services that are not suspended; they hold room until the end and do not count as jobs.
  public var services: Int { runnable(.service) }

  /// Number of suspended deployments, which never run.
  public var suspended: Int {
    declarations.count { declaration in
      if case .deployment(let spec) = declaration.spec { spec.traits.suspend } else { false }
    }
  }

  private func runnable(_ mode: Mode) -> Int {
    declarations.count { declaration in
      guard case .deployment(let spec) = declaration.spec else { return false }
      return spec.traits.mode == mode && !spec.traits.suspend
    }
  }

  /// The total capacity of all clusters.
  public var capacity: Resources {
    declarations.reduce(.zero) { sum, declaration in
      if case .cluster(let spec) = declaration.spec { sum + spec.capacity } else { sum }
    }
  }

  /// Runs the simulation until every job has ended or nothing more happens.
  ///
  /// - Parameter progress: called with the number of ended jobs whenever it changes.
  public func run(progress: (Int) -> Void = { _ in }) -> SimulationOutcome {
    let beginning = Instant(nanoseconds: 0)
    var fleet = Fleet(installation: Installation(id: String(repeating: "0", count: 32), key: [0]))
    let revision = Revision(
      source: "manifests", binding: nil, declarations: declarations.map { DeclaredChange($0, forcesNewRun: false) })
    var looks: [ClusterID: ClusterObservation] = [:]
    for effect in step(&fleet, .declared(revision), now: beginning) {
      if case .observe(let cluster) = effect { looks[cluster] = .answered(runs: [:], asOf: fleet.stepCount) }
    }
    var runner = SimulationRunner(fleet: fleet, capacity: capacity, beginning: beginning)
    var jobs = 0
    for record in fleet.deploymentRecords() {
      let traits = record.traits
      let runtime = traits.expectedRuntime ?? traits.maxRuntime ?? unknownRuntime
      runner.expect(record.id, runtime: traits.mode == .job ? runtime : nil, submittedAt: beginning)
      if traits.mode == .job, !traits.suspend { jobs += 1 }
    }
    runner.submitted(jobs)
    runner.deliver(.clustersObserved(looks))
    var told = 0
    // If no remaining run ends, only timers may still start something; they are followed for a bounded number of
    // events.
    var idle = 0
    while runner.outstanding > 0, let next = runner.nextEvent, idle < 1000 {
      idle = runner.hasEnds ? 0 : idle + 1
      runner.advance(to: next)
      let finished = runner.tally.outcome.finished
      if finished != told {
        told = finished
        progress(finished)
      }
    }
    return runner.finish()
  }
}
