import Diagnostics
import FleetCore
import FleetModel
import PlanModel

/// A simulation of a trace on one cluster. Jobs are declared when they are submitted and withdrawn when they have
/// ended, so that the fleet holds only what waits or runs.
public struct TraceSimulation {
  private let trace: Trace
  private let capacity: Resources
  private let scheduling: SchedulingSpec
  private let estimates: EstimateModel
  private let predictsEvery: Int?
  private static let cluster = ClusterIdentity(organization: "simulation", name: "cluster")
  private static let place = SourcePlace(file: "trace", line: 1, column: 1)

  /// Creates a simulation of a trace on one cluster.
  ///
  /// - Parameters:
  ///   - estimates: what the scheduler knows of the runtimes.
  ///   - predictsEvery: the start of every so many jobs is predicted when they are submitted; `nil`: of none. At least 1.
  /// - Throws: `TraceProblem` for a job that requests more than the capacity.
  public init(
    _ trace: Trace, capacity: Resources, scheduling: SchedulingSpec, estimates: EstimateModel = .exact,
    predictsEvery: Int? = nil
  ) throws(TraceProblem) {
    for job in trace.jobs {
      for dimension in Dimension.allCases where job.request[dimension] > capacity[dimension] {
        let (asked, has) = (job.request.text(of: dimension), capacity.text(of: dimension))
        throw TraceProblem(
          line: job.line,
          "the job asks for \(dimension.rawValue) \(asked), and the cluster has \(dimension.rawValue) \(has)")
      }
    }
    self.trace = trace
    self.capacity = capacity
    self.scheduling = scheduling
    self.estimates = estimates
    self.predictsEvery = predictsEvery
  }

  /// Runs the simulation to its end.
  ///
  /// - Parameter progress: called from time to time with the number of ended jobs.
  public func run(progress: (Int) -> Void = { _ in }) -> SimulationOutcome {
    let beginning = Instant(nanoseconds: 0) + (trace.jobs.first?.submit ?? .zero)
    var fleet = Fleet(installation: Installation(id: String(repeating: "0", count: 32), key: [0]))
    for effect in step(
      &fleet, .declared(Revision(source: "trace", binding: nil, declarations: clusterAndOwner)), now: beginning)
    {
      guard case .observe(let cluster) = effect else { continue }
      _ = step(&fleet, .clustersObserved([cluster: .answered(runs: [:], asOf: fleet.stepCount)]), now: beginning)
    }
    // If every job declares its exact runtime, nothing needs to be learned.
    if estimates == .exact { fleet.learnsRuntimes = false }
    var runner = SimulationRunner(fleet: fleet, capacity: capacity, beginning: beginning)
    runner.check = predictsEvery.map { ForecastCheck(every: $0) }
    var feed = Feed(trace)
    var told = 0
    while true {
      let next = [feed.nextSubmission(trace), runner.nextEvent].compactMap { $0 }.min()
      guard let next else { break }
      if runner.outstanding == 0, feed.isOver(trace) { break }
      runner.advance(to: next)
      feed.note(runner.takeFinished(), trace)
      submit(from: &feed, &runner)
      let finished = runner.tally.outcome.finished
      if finished - told >= 1000 {
        told = finished
        progress(finished)
      }
    }
    return runner.finish()
  }

  private func submit(from feed: inout Feed, _ runner: inout SimulationRunner) {
    var declarations: [DeclaredChange] = []
    while feed.next < trace.jobs.count, Instant(nanoseconds: 0) + trace.jobs[feed.next].submit <= runner.now {
      let job = trace.jobs[feed.next]
      // The fleet numbers deployments in the order of declaration.
      runner.expect(DeploymentID(Int64(feed.next) + 1), runtime: estimates.duration(of: job), submittedAt: runner.now)
      declarations.append(DeclaredChange(declaration(of: job, feed.next), forcesNewRun: false))
      feed.next += 1
    }
    if declarations.isEmpty, feed.leaving.count < 64 { return }
    runner.submitted(declarations.count)
    let jobs = (feed.next - declarations.count..<feed.next).map { (DeploymentID(Int64($0) + 1), Self.identity($0)) }
    runner.submit(
      .declared(
        Revision(source: "trace", binding: nil, declarations: declarations, withdrawn: feed.takeLeaving())), jobs)
  }

  private func declaration(of job: TraceJob, _ index: Int) -> Declaration {
    var traits = DeploymentTraits(resources: job.request)
    traits.priority = job.priority
    (traits.expectedRuntime, traits.maxRuntime) = estimates.declaration(of: job, number: index)
    var spec = DeploymentSpec(traits: traits, user: job.user, image: job.image)
    spec.dependsOn = job.dependencies.map { Dependency(on: Self.identity($0), until: .completed) }
    return Declaration(
      identity: .deployment(Self.identity(index)), metadata: ObjectMetadata(), spec: .deployment(spec),
      place: Self.place)
  }

  /// Returns the identity of a job. Names have equal width, so that jobs submitted together sort in the order of the
  /// trace.
  static func identity(_ index: Int) -> DeploymentIdentity {
    let digits = String(index + 1)
    return DeploymentIdentity(
      cluster: cluster, name: "job-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits)
  }

  private var clusterAndOwner: [DeclaredChange] {
    let user = UserSpec(email: "simulation@localhost", organizations: ["simulation"])
    let users = Set(trace.jobs.lazy.map(\.user)).union(["simulation"]).sorted()
    var objects: [(ObjectIdentity, ObjectSpec)] = [(.organization("simulation"), .organization(OrganizationSpec()))]
    objects += users.map { (.user($0), .user(user)) }
    objects += [
      (
        .cluster(Self.cluster),
        .cluster(ClusterSpec(creator: "simulation", capacity: capacity, scheduling: scheduling))
      )
    ]
    return objects.map { identity, spec in
      let declaration = Declaration(identity: identity, metadata: ObjectMetadata(), spec: spec, place: Self.place)
      return DeclaredChange(declaration, forcesNewRun: false)
    }
  }
}

/// The jobs of a trace that are still to be submitted, and those to withdraw: ended jobs on which no unfinished job
/// depends.
private struct Feed {
  var next = 0
  private(set) var leaving: [ObjectIdentity] = []
  /// For each job with dependents, the number of them that have not ended.
  private var dependants: [Int: Int] = [:]
  /// Ended jobs that are kept for their dependents.
  private var kept: Set<Int> = []

  init(_ trace: Trace) {
    for job in trace.jobs { for dependency in job.dependencies { dependants[dependency, default: 0] += 1 } }
  }

  func nextSubmission(_ trace: Trace) -> Instant? {
    next < trace.jobs.count ? Instant(nanoseconds: 0) + trace.jobs[next].submit : nil
  }

  func isOver(_ trace: Trace) -> Bool { next >= trace.jobs.count }

  mutating func note(_ finished: [(id: DeploymentID, identity: DeploymentIdentity)], _ trace: Trace) {
    for (id, identity) in finished {
      let index = Int(id.value) - 1
      if dependants[index, default: 0] == 0 { leaving.append(.deployment(identity)) } else { kept.insert(index) }
      for dependency in trace.jobs[index].dependencies {
        dependants[dependency, default: 1] -= 1
        if dependants[dependency] == 0, kept.remove(dependency) != nil {
          leaving.append(.deployment(TraceSimulation.identity(dependency)))
        }
      }
    }
  }

  mutating func takeLeaving() -> [ObjectIdentity] {
    defer { leaving.removeAll(keepingCapacity: true) }
    return leaving
  }
}
