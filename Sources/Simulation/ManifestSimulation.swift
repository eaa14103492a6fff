import FleetCore
import FleetModel

/// Runs what manifests declare through the scheduler, all of it declared at once.
public struct ManifestSimulation {
  private let declarations: [Declaration]
  private let unknownRuntime: TimeSpan

  /// A simulation of declarations that are valid as a whole, in the order of creation.
  /// - Parameter unknownRuntime: how long a job runs that says nothing of it.
  public init(_ declarations: [Declaration], unknownRuntime: TimeSpan) {
    self.declarations = declarations
    self.unknownRuntime = unknownRuntime
  }

  /// Jobs that are to run and say nothing of how long.
  public var jobsOfUnknownRuntime: Int {
    declarations.count { declaration in
      guard case .deployment(let spec) = declaration.spec else { return false }
      return spec.traits.mode == .job && !spec.traits.suspend && spec.traits.expectedRuntime == nil
        && spec.traits.maxRuntime == nil
    }
  }

  /// Services that run and hold room until the end, and are no jobs.
  public var services: Int { runnable(.service) }

  /// Suspended deployments, which never run.
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

  /// What the clusters have together.
  public var capacity: Resources {
    declarations.reduce(.zero) { sum, declaration in
      if case .cluster(let spec) = declaration.spec { sum + spec.capacity } else { sum }
    }
  }

  /// Runs it until every job has ended, or nothing more happens.
  /// - Parameter progress: told after each end how many jobs have ended.
  public func run(progress: (Int) -> Void = { _ in }) -> SimulationOutcome {
    let beginning = Instant(nanoseconds: 0)
    var fleet = Fleet(installation: Installation(id: String(repeating: "0", count: 32), key: [0]))
    let revision = Revision(
      source: "manifests", binding: nil, declarations: declarations.map { DeclaredChange($0, forcesNewRun: false) })
    var looks: [ClusterID: ClusterObservation] = [:]
    for effect in step(&fleet, .declared(revision), now: beginning) {
      if case .observe(let cluster) = effect { looks[cluster] = .answered(runs: [:], asOf: fleet.stepCount) }
    }
    var drive = SimulationRunner(fleet: fleet, capacity: capacity, beginning: beginning)
    var jobs = 0
    for record in fleet.deploymentRecords() {
      let traits = record.traits
      let runtime = traits.expectedRuntime ?? traits.maxRuntime ?? unknownRuntime
      drive.expect(record.id, runtime: traits.mode == .job ? runtime : nil, submittedAt: beginning)
      if traits.mode == .job, !traits.suspend { jobs += 1 }
    }
    drive.submitted(jobs)
    drive.deliver(.clustersObserved(looks))
    var told = 0
    // Where no run is left that ends, timers alone may still let something start; for a while, not for ever.
    var idle = 0
    while drive.outstanding > 0, let next = drive.nextEvent, idle < 1000 {
      idle = drive.hasEnds ? 0 : idle + 1
      drive.advance(to: next)
      let finished = drive.measuring.outcome.finished
      if finished != told {
        told = finished
        progress(finished)
      }
    }
    return drive.summed()
  }
}
