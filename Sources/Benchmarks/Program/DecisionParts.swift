import FleetModel
import Glibc
import Simulation

// What of scheduling is measured in a process of its own. Each writes one line of numbers.

/// Decisions on a load: the seconds of the processor and of the wall that a look at everything took, those of the median
/// and of the 99th percentile of the ends, how many ends there were, and how many runs were started.
func measureDecisions(_ load: DecisionLoad) {
  var drive = DecisionDrive(load)
  let all = drive.lookAtAll()
  let ends = drive.endRuns()
  let numbers = [
    all.processor, all.wall, ends.map(\.processor).percentile(50), ends.map(\.wall).percentile(50),
    ends.map(\.processor).percentile(99), ends.map(\.wall).percentile(99),
  ]
  writeLine(1, (numbers.map { "\($0)" } + ["\(ends.count)", "\(drive.started)"]).joined(separator: " "))
}

/// A trace of so many jobs on 256 cores, made up, or read from a file: seconds of the processor and of the wall, jobs.
func measureTrace(count: Int?, file: String?) throws {
  let trace: Trace
  if let file {
    trace = try StandardWorkloadFormat.read(Array(Text.read(file, limit: 1 << 28).utf8))
  } else {
    trace = madeUpTrace(count ?? 100_000)
  }
  let capacity = Resources(ramBytes: 0, cpuMilli: 256_000, gpuMilli: 0)
  let scheduling = SchedulingSpec(preemption: .never, agingAfter: .seconds(1 << 32))
  let (wall, processor) = (ContinuousClock.now, DecisionDrive.processor())
  let outcome = try TraceSimulation(trace, capacity: capacity, scheduling: scheduling).run()
  let took = (DecisionDrive.processor() - processor, wall.duration(to: .now) / .seconds(1))
  guard outcome.finished == trace.jobs.count else { throw BenchmarkFailure("a trace did not come to its end") }
  writeLine(1, "\(took.0) \(took.1) \(outcome.finished)")
}

/// Bursts of jobs of 1 to 256 processors, a power of two in two of three cases, from ten seconds to a day, mostly short;
/// the machine is loaded to nine tenths.
private func madeUpTrace(_ count: Int) -> Trace {
  var drawn = Draws()
  var jobs: [TraceJob] = []
  jobs.reserveCapacity(count)
  var second = 0
  for number in 0..<count {
    let power = 1 << drawn.below(8)
    let processors = drawn.below(3) > 0 ? power : 1 + drawn.below(2 * power)
    let runtime = 10 + drawn.below(1 << (4 + drawn.below(13)))
    if number % 8 == 0 { second += drawn.below(8 * 2 * 768) }
    jobs.append(
      TraceJob(
        submit: .seconds(Int64(second)), runtime: .seconds(Int64(runtime)),
        request: Resources(ramBytes: 0, cpuMilli: Int64(processors) * 1000, gpuMilli: 0)))
  }
  return Trace(jobs: jobs)
}

extension [Double] {
  /// The least of its numbers that so many of a hundred do not exceed.
  func percentile(_ share: Int) -> Double {
    isEmpty ? 0 : sorted()[Swift.max(0, (count * share + 99) / 100 - 1)]
  }
}
