import FleetModel
import Glibc
import Simulation

// Parts of the scheduling benchmark that need a process of their own. Each prints one line of numbers.

/// Measures decisions on a load. Prints the processor and wall-clock seconds of one evaluation of everything, those of
/// the median and of the 99th percentile of the ends, the number of ends, and the number of runs started.
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

/// Simulates a trace on 256 cores, made up or read from a file. Prints processor seconds, wall-clock seconds and the
/// number of jobs.
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

/// Makes up bursts of jobs of 1 to 256 processors, a power of two in two of three cases, from ten seconds to a day,
/// mostly short; the machine is loaded to nine tenths.
private func madeUpTrace(_ count: Int) -> Trace {
  var generator = SplitMix64()
  var jobs: [TraceJob] = []
  jobs.reserveCapacity(count)
  var second = 0
  for number in 0..<count {
    let power = 1 << generator.below(8)
    let processors = generator.below(3) > 0 ? power : 1 + generator.below(2 * power)
    let runtime = 10 + generator.below(1 << (4 + generator.below(13)))
    if number % 8 == 0 { second += generator.below(8 * 2 * 768) }
    jobs.append(
      TraceJob(
        submit: .seconds(Int64(second)), runtime: .seconds(Int64(runtime)),
        request: Resources(ramBytes: 0, cpuMilli: Int64(processors) * 1000, gpuMilli: 0)))
  }
  return Trace(jobs: jobs)
}

extension [Double] {
  /// Returns the least number that `share` percent of the numbers do not exceed.
  func percentile(_ share: Int) -> Double {
    isEmpty ? 0 : sorted()[Swift.max(0, (count * share + 99) / 100 - 1)]
  }
}
