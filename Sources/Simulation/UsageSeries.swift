import FleetModel
import PlanModel

/// Use of the clusters and number of waiting jobs over time, as means over equal intervals: at most `limit` of them,
/// however long the simulation.
struct UsageSeries: Sendable {
  /// The maximum number of intervals; before it is exceeded, pairs of intervals are merged.
  static let limit = 1024

  /// The start of the first interval.
  let beginning: Instant
  /// The duration of each interval.
  private(set) var width = TimeSpan.seconds(1)

  /// Sums of value × seconds.
  private var sums: [(held: (Double, Double, Double), waiting: Double)] = []
  private var last: Instant
  private var current: (held: (Double, Double, Double), waiting: Double) = ((0, 0, 0), 0)

  init(beginning: Instant) {
    self.beginning = beginning
    last = beginning
  }

  /// Records the held resources and the number of waiting jobs from now on.
  mutating func note(at now: Instant, held: Resources, capacity: Resources, waiting: Int) {
    if now > last { fill(until: now) }
    func share(_ dimension: Dimension) -> Double {
      capacity[dimension] > 0 ? Double(held[dimension]) / Double(capacity[dimension]) : 0
    }
    current = ((share(.ram), share(.cpu), share(.gpu)), Double(waiting))
  }

  mutating func end(at now: Instant) { if now > last { fill(until: now) } }

  private mutating func fill(until now: Instant) {
    while (now - beginning).nanoseconds > Int64(Self.limit) * width.nanoseconds, width.nanoseconds < 1 << 52 { widen() }
    while last < now {
      let index = Int((last - beginning).nanoseconds / width.nanoseconds)
      while sums.count <= index { sums.append(((0, 0, 0), 0)) }
      let border = beginning + TimeSpan(nanoseconds: Int64(index + 1) * width.nanoseconds)
      let until = min(border, now)
      let seconds = Double((until - last).nanoseconds) / 1e9
      sums[index].held.0 += current.held.0 * seconds
      sums[index].held.1 += current.held.1 * seconds
      sums[index].held.2 += current.held.2 * seconds
      sums[index].waiting += current.waiting * seconds
      last = until
    }
  }

  private mutating func widen() {
    width = TimeSpan(nanoseconds: width.nanoseconds * 2)
    sums = stride(from: 0, to: sums.count, by: 2).map { index in
      guard index + 1 < sums.count else { return sums[index] }
      let (a, b) = (sums[index], sums[index + 1])
      return ((a.held.0 + b.held.0, a.held.1 + b.held.1, a.held.2 + b.held.2), a.waiting + b.waiting)
    }
  }

  /// The means in order of time. The last interval may be cut short by the end.
  var intervals: [SimulationOutcome.UsageInterval] {
    sums.enumerated().map { index, sum in
      let begin = Int64(index) * width.nanoseconds
      let lasted = min(width.nanoseconds, (last - beginning).nanoseconds - begin)
      let seconds = max(Double(lasted) / 1e9, 1e-9)
      return SimulationOutcome.UsageInterval(
        held: [.ram: sum.held.0 / seconds, .cpu: sum.held.1 / seconds, .gpu: sum.held.2 / seconds],
        waiting: sum.waiting / seconds)
    }
  }
}
