import FleetModel
import Glibc

/// Model of what is known to the scheduler of the runtimes of a trace's jobs. A limit that the trace names is known in every
/// case, and ends a run that would exceed it, unless the true runtimes are known.
public enum EstimateModel: Sendable, Hashable {
  /// The true runtimes, as expectation and as bound.
  case exact
  /// The estimates that the trace has of its jobs.
  case declared
  /// Nothing but what earlier runs of the same user and image took.
  case learned
  /// The true runtime times a number that is equally likely anywhere in a range.
  case factor(ClosedRange<Double>)
  /// The true runtime times e to the power of a normal random number with this standard deviation: half of the estimates are
  /// too low.
  case lognormal(Double)

  /// Returns what a job declares: its `expectedRuntime` and its `maxRuntime`.
  ///
  /// - Parameter number: the job's position in the trace, by which its random number is drawn.
  func declaration(of job: TraceJob, number: Int) -> (expected: TimeSpan?, limit: TimeSpan?) {
    let limit = job.limit
    switch self {
    case .exact: return (job.runtime, job.runtime)
    case .declared: return (job.estimate, limit)
    case .learned: return (nil, limit)
    case .factor(let range):
      let factor = range.lowerBound + (range.upperBound - range.lowerBound) * Self.uniform(number, draw: 0)
      return (Self.scaled(job.runtime, by: factor), limit)
    case .lognormal(let sigma):
      // Box and Muller, "A Note on the Generation of Random Normal Deviates", 1958.
      let (u, v) = (1 - Self.uniform(number, draw: 0), Self.uniform(number, draw: 1))
      return (Self.scaled(job.runtime, by: exp(sigma * (-2 * log(u)).squareRoot() * cos(2 * .pi * v))), limit)
    }
  }

  /// Returns how long a run of a job lasts: as long as its work, or until its limit.
  func duration(of job: TraceJob) -> TimeSpan {
    guard self != .exact, let limit = job.limit else { return job.runtime }
    return min(job.runtime, limit)
  }

  /// At least a millisecond, so that a ratio to it exists.
  private static func scaled(_ span: TimeSpan, by factor: Double) -> TimeSpan {
    .milliseconds(Int64(min(max(1, Double(span.nanoseconds) / 1e6 * factor), 1e15)))
  }

  /// Returns a number from 0 up to 1 that is the same in every process: the finalizer of SplitMix64 (Steele, Lea and Flood,
  /// "Fast Splittable Pseudorandom Number Generators", 2014), by position.
  private static func uniform(_ number: Int, draw: UInt64) -> Double {
    var bits = (UInt64(number) &* 2 &+ draw &+ 1) &* 0x9E37_79B9_7F4A_7C15
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    bits ^= bits >> 31
    return Double(bits >> 11) / Double(1 << 53)
  }
}
