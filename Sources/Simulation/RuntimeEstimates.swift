import FleetModel

/// What the scheduler of a simulation is told beforehand of the runtimes of a trace's jobs. A bound that the trace names is told
/// in every case but the first, and ends a run that would exceed it.
public enum RuntimeEstimates: Sendable, Hashable {
  /// The exact runtime, as expectation and as bound, whatever the trace says.
  case exact
  /// What the trace says.
  case declared
  /// The runtime times a factor, drawn for each job from a range, the same at each simulation.
  case factor(ClosedRange<Double>)
  /// Nothing: it learns from earlier runs of the same image.
  case learned

  /// Returns the expected runtime and the bound that a job declares.
  ///
  /// - Parameter position: the position of the job in the trace.
  func declaration(of job: TraceJob, at position: Int) -> (expected: TimeSpan?, bound: TimeSpan?) {
    switch self {
    case .exact: (job.runtime, job.runtime)
    case .declared: (job.estimate, job.bound)
    case .factor(let range):
      (
        TimeSpan(nanoseconds: max(1, Int64(Double(job.runtime.nanoseconds) * Self.drawn(from: range, at: position)))),
        job.bound
      )
    case .learned: (nil, job.bound)
    }
  }

  /// Returns how long a run of a job lasts: as long as its work, or until its bound.
  func duration(of job: TraceJob) -> TimeSpan {
    guard self != .exact, let bound = job.bound else { return job.runtime }
    return min(job.runtime, bound)
  }

  /// Returns a number from a range, which follows from a position alone (SplitMix64, Steele et al., 2014).
  private static func drawn(from range: ClosedRange<Double>, at position: Int) -> Double {
    var bits = UInt64(position + 1) &* 0x9E37_79B9_7F4A_7C15
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    bits ^= bits >> 31
    return range.lowerBound + (range.upperBound - range.lowerBound) * Double(bits >> 11) / Double(1 << 53)
  }
}
