import FleetModel
import PlanModel
import Simulation
import TestKit
import Testing

/// Whole GPUs are counted until the start, so they schedule as processors do.
@Suite struct WholeGPUTests {
  private static func job(_ submit: Int64, _ runtime: Int64, _ amount: Int64, of dimension: Dimension) -> TraceJob {
    var request = Resources.zero
    request[dimension] = amount * 1000
    return TraceJob(submit: .seconds(submit), runtime: .seconds(runtime), request: request)
  }

  private static func outcome(
    _ jobs: [(submit: Int64, runtime: Int64, amount: Int64)], on amount: Int64, of dimension: Dimension,
    reservations: Int?
  ) throws -> SimulationOutcome {
    var capacity = Resources.zero
    capacity[dimension] = amount * 1000
    return try TraceSimulation(
      Trace(jobs: jobs.map { job($0.submit, $0.runtime, $0.amount, of: dimension) }), capacity: capacity,
      scheduling: SchedulingSpec(reservations: reservations)
    ).run()
  }

  @Test(arguments: [Dimension.cpu, .gpu])
  func `eight jobs wait as long for GPUs as for processors`(dimension: Dimension) throws {
    let jobs: [(Int64, Int64, Int64)] = [
      (0, 5, 1), (1, 123, 4), (12, 5, 2), (13, 5, 3), (28, 24, 3), (48, 1, 1), (59, 19, 1), (59, 38, 4),
    ]
    let outcome = try Self.outcome(
      jobs.map { (submit: $0.0, runtime: $0.1, amount: $0.2) }, on: 4, of: dimension, reservations: 1)
    #expect(outcome.meanWait == 75.25)
  }

  @Test(arguments: 1...300)
  func `a trace of whole GPUs has the outcome of its twin of processors`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let amount = Int64(random.pick([4, 8, 16]))
    var submit: Int64 = 0
    let jobs = (0..<60).map { _ in
      submit += Int64(random.from(0...20))
      return (submit: submit, runtime: Int64(random.from(1...100)), amount: Int64(random.from(1...Int(amount))))
    }
    for reservations in [1, nil, 4] {
      let gpus = try Self.outcome(jobs, on: amount, of: .gpu, reservations: reservations)
      let processors = try Self.outcome(jobs, on: amount, of: .cpu, reservations: reservations)
      #expect(gpus.finished == jobs.count)
      #expect(gpus.meanWait == processors.meanWait)
      #expect(gpus.p99Wait == processors.p99Wait)
      #expect(gpus.meanCompletion == processors.meanCompletion)
      #expect(gpus.meanSlowdown == processors.meanSlowdown)
      #expect(gpus.makespan == processors.makespan)
    }
  }
}
