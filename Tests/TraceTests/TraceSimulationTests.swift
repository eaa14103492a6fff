import FleetModel
import Simulation
import TestKit
import Testing

/// The simplest simulator of one pool, as a reference: first come, first served, with EASY backfill (Lifka, "The
/// ANL/IBM SP Scheduling System", 1995) or without.
private struct PlainSimulator {
  var starts: [Int64] = []

  init(_ jobs: [TraceJob], capacity: Int64, backfills: Bool) {
    starts = [Int64](repeating: -1, count: jobs.count)
    var free = capacity
    var queue: [Int] = []
    var running: [(end: Int64, amount: Int64)] = []
    var next = 0
    while next < jobs.count || !running.isEmpty {
      let submit = next < jobs.count ? jobs[next].submit.nanoseconds : .max
      let now = min(submit, running.map(\.end).min() ?? .max)
      for run in running where run.end <= now { free += run.amount }
      running.removeAll { $0.end <= now }
      while next < jobs.count, jobs[next].submit.nanoseconds <= now {
        queue.append(next)
        next += 1
      }
      func fits(_ job: Int) -> Bool { jobs[job].request.cpuMilli <= free }
      func start(_ job: Int) {
        starts[job] = now
        free -= jobs[job].request.cpuMilli
        running.append((now + jobs[job].runtime.nanoseconds, jobs[job].request.cpuMilli))
      }
      while let head = queue.first, fits(head) { start(queue.removeFirst()) }
      guard backfills, let head = queue.first else { continue }
      var (then, extra) = (free, Int64(0))
      var shadow = now
      for run in running.sorted(by: { $0.end < $1.end }) where then < jobs[head].request.cpuMilli || run.end == shadow {
        then += run.amount
        shadow = run.end
      }
      extra = then - jobs[head].request.cpuMilli
      for job in queue.dropFirst() where fits(job) {
        let isOver = now + jobs[job].runtime.nanoseconds <= shadow
        if !isOver, jobs[job].request.cpuMilli > extra { continue }
        if !isOver { extra -= jobs[job].request.cpuMilli }
        start(job)
        queue.removeAll { $0 == job }
      }
    }
  }
}

@Suite struct TraceSimulationTests {
  static func random(_ seed: UInt64, count: Int) -> [TraceJob] {
    var random = SeededGenerator(seed: seed)
    var submit: Int64 = 0
    return (0..<count).map { _ in
      submit += Int64(random.from(0...20))
      return TraceJob(
        submit: .seconds(submit), runtime: .seconds(Int64(random.from(1...100))),
        request: Resources(ramBytes: 0, cpuMilli: Int64(random.from(1...16)) * 1000, gpuMilli: 0))
    }
  }

  /// The reference goes through its whole queue at every event.
  @Test(arguments: 1...40)
  func `first-come and backfill agree with a plain simulator`(seed: UInt64) throws {
    let jobs = Self.random(seed, count: 150)
    let capacity = Resources(ramBytes: 0, cpuMilli: 16_000, gpuMilli: 0)
    for backfills in [false, true] {
      let simulation = try TraceSimulation(
        Trace(jobs: jobs), capacity: capacity, scheduling: SchedulingSpec(reservations: backfills ? 1 : 0))
      let outcome = simulation.run()
      let plain = PlainSimulator(jobs, capacity: 16_000, backfills: backfills)
      let waits = zip(plain.starts, jobs).map { Double($0 - $1.submit.nanoseconds) / 1e9 }
      #expect(outcome.finished == jobs.count)
      #expect(abs(outcome.meanWait - waits.reduce(0, +) / Double(jobs.count)) < 1e-6)
      let ends = zip(plain.starts, jobs).map { $0 + $1.runtime.nanoseconds }
      #expect(outcome.makespan.nanoseconds == (ends.max() ?? 0) - jobs[0].submit.nanoseconds)
    }
  }

  @Test func `a job that depends on another waits for its end`() throws {
    var jobs = Self.random(7, count: 3)
    for place in jobs.indices { jobs[place].submit = .zero }
    for place in jobs.indices { jobs[place].runtime = .seconds(10) }
    for place in jobs.indices { jobs[place].request.cpuMilli = 1000 }
    jobs[1].dependencies = [0]
    jobs[2].dependencies = [1]
    let outcome = try TraceSimulation(
      Trace(jobs: jobs), capacity: Resources(ramBytes: 0, cpuMilli: 16_000, gpuMilli: 0), scheduling: SchedulingSpec()
    ).run()
    #expect(outcome.makespan == .seconds(30))
    #expect(outcome.finished == 3)
    #expect(abs((outcome.utilisation[.cpu] ?? 0) - 1.0 / 16) < 1e-9)
  }

  @Test func `a job that is too large is named by its line`() {
    var job = Self.random(1, count: 1)[0]
    job.request.cpuMilli = 17_000
    job.line = 12
    #expect(throws: TraceProblem(line: 12, "the job asks for cpu 17, and the cluster has cpu 16")) {
      try TraceSimulation(
        Trace(jobs: [job]), capacity: Resources(ramBytes: 0, cpuMilli: 16_000, gpuMilli: 0),
        scheduling: SchedulingSpec())
    }
  }
}

/// Simulations of manifests.
@Suite struct ManifestSimulationTests {
  private func declaration(_ identity: ObjectIdentity, _ spec: ObjectSpec) -> Declaration {
    Declaration(
      identity: identity, metadata: ObjectMetadata(), spec: spec, place: .init(file: "x", line: 1, column: 1))
  }

  /// A service that holds half of the cores, and jobs that hold the other half for most of the time.
  @Test func `the utilization is the mean of the curve, also beside a service`() throws {
    let lab = ClusterIdentity(organization: "vision", name: "lab")
    func deployment(_ name: String, _ mode: Mode, cpu: Int64, runtime: Int64) -> Declaration {
      var traits = DeploymentTraits(resources: Resources(ramBytes: 1 << 30, cpuMilli: cpu * 1000, gpuMilli: 0))
      traits.mode = mode
      if mode == .job { traits.expectedRuntime = .seconds(runtime) }
      return declaration(
        .deployment(DeploymentIdentity(cluster: lab, name: name)),
        .deployment(DeploymentSpec(traits: traits, user: "ada", image: "x:1")))
    }
    let capacity = Resources(ramBytes: 64 << 30, cpuMilli: 4000, gpuMilli: 0)
    let outcome = ManifestSimulation(
      [
        declaration(.organization("vision"), .organization(OrganizationSpec())),
        declaration(.user("ada"), .user(UserSpec(email: "ada@example.org", organizations: ["vision"]))),
        declaration(.cluster(lab), .cluster(ClusterSpec(creator: "ada", capacity: capacity))),
        deployment("db", .service, cpu: 2, runtime: 0), deployment("first", .job, cpu: 2, runtime: 300),
        deployment("second", .job, cpu: 1, runtime: 100),
      ], unknownRuntime: .seconds(60)
    ).run()
    #expect(outcome.makespan == .seconds(400))
    let cores = outcome.usage.map { $0.held[.cpu] ?? 0 }
    let mean = cores.reduce(0, +) / Double(cores.count)
    #expect(abs(mean - (0.5 + (0.5 * 300 + 0.25 * 100) / 400)) < 1e-9)
    #expect(abs((outcome.utilisation[.cpu] ?? 0) - mean) < 1e-9)
  }
}
