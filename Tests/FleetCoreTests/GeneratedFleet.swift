import FleetModel
import TestKit

/// A few clusters with a generated history: jobs and services with dependencies across clusters, under all settings;
/// changed declarations, and stops that take time. Everything follows from a seed.
struct GeneratedFleet {
  struct Entry {
    var name: String
    var cluster: Int
    var submit: Int64
    /// Seconds until the command ends by itself; a service's never does.
    var lasts: Int64
    /// Number of first attempts of a generation that exit with 1.
    var fails = 0
    var traits: DeploymentTraits
    /// Names of earlier entries.
    var dependsOn: [(name: String, isRunning: Bool)] = []
    var identity: DeploymentIdentity { DeploymentIdentity(cluster: GeneratedFleet.cluster(cluster), name: name) }
  }
  enum Change {
    case priority(Priority)
    case preemptible(Bool)
    case protect(Bool)
    case suspend(Bool)
    case withdrawn
    case capacity(Resources)
    /// A change that needs a new run.
    case replaced(Resources)
    /// A new process that knows only what was committed.
    case reload
  }
  struct Happening {
    var at: Int64
    /// The name of an entry, or the number of a cluster.
    var name: String
    var change: Change
  }

  var capacities: [Resources] = []
  var scheduling: [SchedulingSpec] = []
  var entries: [Entry] = []
  var happenings: [Happening] = []
  /// Seconds that stops take, in turn. A stop may take longer than the case lasts.
  var stops: [Int64] = []
  /// Seconds until starts are confirmed, in turn.
  var launches: [Int64] = [0]
  /// Seconds that the engine takes to stop a run at its maximum runtime.
  var overrun: Int64 = 0
  /// True if ends of one moment are reported together, cluster by cluster.
  var endsTogether = false

  static func cluster(_ number: Int) -> ClusterIdentity { ClusterIdentity(organization: "o", name: "c\(number)") }

  init(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let clusterCount = random.pick([1, 1, 1, 2, 2, 3])
    for _ in 0..<clusterCount {
      capacities.append(Self.capacity(&random))
      scheduling.append(
        SchedulingSpec(
          preemption: random.chance(10) ? .never : .lowerPriority,
          minimumRuntime: .seconds(Int64(random.pick([0, 0, 5, 20, 60]))),
          reservations: random.pick([1, 1, 1, 0, 2, nil]), maxBypass: random.from(0...3),
          agingAfter: .seconds(Int64(random.pick([10, 60, 86_400, 86_400])))))
    }
    let withEdges = random.chance(50)
    let withServices = random.chance(50)
    var submit: Int64 = 0
    for number in 0..<random.from(2...7) {
      submit += Int64(random.pick([0, 0, 1, 7, 30]))
      let cluster = random.below(clusterCount)
      var traits = DeploymentTraits(resources: Self.request(on: capacities[cluster], &random))
      traits.priority = random.pick(Priority.allCases)
      traits.mode = withServices && random.chance(40) ? .service : .job
      traits.readyAfter = .seconds(Int64(random.pick([0, 0, 5])))
      traits.preemptible = !random.chance(10)
      traits.protect = random.chance(5)
      let lasts = Int64(random.from(1...90))
      switch random.below(3) {
      case 0: traits.maxRuntime = .seconds(max(1, lasts + Int64(random.pick([0, 10, 10, -5]))))
      case 1: traits.expectedRuntime = .seconds(max(1, lasts + Int64(random.from(-40...20))))
      default: break
      }
      var entry = Entry(name: "d\(number)", cluster: cluster, submit: submit, lasts: lasts, traits: traits)
      for other in entries where withEdges && random.chance(30) {
        entry.dependsOn.append((other.name, other.traits.mode == .service || random.chance(30)))
      }
      if entry.traits.mode == .job, random.chance(15) {
        entry.fails = random.from(1...3)
        entry.traits.retry = RetryPolicy(limit: random.from(0...3), backoff: .seconds(Int64(random.from(1...10))))
      }
      entries.append(entry)
    }
    for _ in 0..<(random.chance(40) ? random.from(1...3) : 0) {
      let at = Int64(random.from(1...80))
      if random.chance(15) {
        let cluster = random.below(clusterCount)
        happenings.append(Happening(at: at, name: "\(cluster)", change: .capacity(Self.capacity(&random))))
        continue
      }
      let change: Change =
        switch random.below(9) {
        case 0, 1: .priority(random.pick(Priority.allCases))
        case 2: .preemptible(random.chance(50))
        case 3: .protect(random.chance(50))
        case 4: .suspend(random.chance(50))
        case 5, 6: .replaced(.zero)
        case 7: .reload
        default: .withdrawn
        }
      let entry = random.pick(entries)
      if case .replaced = change {
        let request =
          random.chance(40) ? entry.traits.resources : Self.request(on: capacities[entry.cluster], &random)
        happenings.append(Happening(at: at, name: entry.name, change: .replaced(request)))
      } else {
        happenings.append(Happening(at: at, name: entry.name, change: change))
      }
    }
    let slow = random.chance(40)
    for _ in 0..<16 { stops.append(slow ? Int64(random.pick([0, 1, 5, 15, 15, 100, 1000])) : 0) }
    if random.chance(20) { launches = (0..<8).map { _ in Int64(random.pick([0, 0, 2, 20])) } }
    overrun = Int64(random.pick([0, 0, 3, 10]))
    endsTogether = random.chance(50)
    // Equal ends are rare among random runtimes.
    if random.chance(30) {
      for place in entries.indices { entries[place].lasts = (entries[place].lasts + 19) / 20 * 20 }
    }
  }

  /// A fleet whose bounded deployments also say what they expect, rightly or not.
  init(estimatingWith seed: UInt64) {
    self.init(seed: seed)
    var random = SeededGenerator(seed: seed &* 17 &+ 3)
    for place in entries.indices {
      guard let bound = entries[place].traits.maxRuntime else { continue }
      let lasts = entries[place].lasts
      let more = Int64(random.pick([0, 0, 30, 200])) * 1_000_000_000
      entries[place].traits.maxRuntime = TimeSpan(nanoseconds: bound.nanoseconds + more)
      entries[place].traits.expectedRuntime = random.pick([
        nil, .seconds(lasts), .seconds(max(1, lasts + Int64(random.from(-40...20)))),
      ])
    }
  }

  /// A fleet in which pairs of deployments of one cluster exchange their requests, while stops take time.
  init(crossingWith seed: UInt64) {
    self.init(seed: seed)
    var random = SeededGenerator(seed: seed &* 31 &+ 7)
    for place in entries.indices {
      entries[place].lasts += 60
      let traits = entries[place].traits
      entries[place].traits.maxRuntime = traits.maxRuntime.map(Self.minuteMore)
      entries[place].traits.expectedRuntime = traits.expectedRuntime.map(Self.minuteMore)
    }
    for _ in 0..<random.from(1...2) {
      let first = random.pick(entries)
      let others = entries.filter { $0.cluster == first.cluster && $0.name != first.name }
      if others.isEmpty { continue }
      let second = random.pick(others)
      let at = Int64(random.from(20...60))
      for (entry, other) in [(first, second), (second, first)] {
        happenings.append(Happening(at: at, name: entry.name, change: .replaced(other.traits.resources)))
      }
      if random.chance(40) {
        happenings.append(Happening(at: at + Int64(random.from(1...12)), name: first.name, change: .reload))
      }
    }
    for place in stops.indices { stops[place] = Int64(random.pick([0, 3, 15, 15, 100])) }
  }

  private static func minuteMore(_ span: TimeSpan) -> TimeSpan {
    TimeSpan(nanoseconds: span.nanoseconds + 60_000_000_000)
  }

  private static func capacity(_ random: inout SeededGenerator) -> Resources {
    Resources(
      ramBytes: Int64(random.from(2...6)), cpuMilli: Int64(random.from(2...4)) * 1000,
      gpuMilli: Int64(random.pick([0, 1, 2, 3])) * 1000)
  }

  private static func request(on capacity: Resources, _ random: inout SeededGenerator) -> Resources {
    var request = Resources(
      ramBytes: Int64(random.from(0...4)), cpuMilli: Int64(random.from(0...3)) * 1000, gpuMilli: 0)
    if capacity.gpuMilli > 0, random.chance(50) {
      request.gpuMilli = min(capacity.gpuMilli, random.pick([Int64(300), 500, 600, 1000, 2000]))
    }
    if request == .zero { request.cpuMilli = 1000 }
    return request
  }

  var isReloaded: Bool { happenings.contains { if case .reload = $0.change { true } else { false } } }
  var isDeclaredTogether: Bool { zip(entries, entries.dropFirst()).contains { $0.submit == $1.submit } }

  /// Returns a copy without one of the entries and its uses.
  func without(_ name: String) -> GeneratedFleet {
    var smaller = self
    smaller.entries.removeAll { $0.name == name }
    for place in smaller.entries.indices { smaller.entries[place].dependsOn.removeAll { $0.name == name } }
    smaller.happenings.removeAll { $0.name == name }
    return smaller
  }

  /// Smaller cases to try when this one fails.
  var smaller: [GeneratedFleet] {
    var found = entries.map { without($0.name) }
    for place in happenings.indices {
      var fewer = self
      fewer.happenings.remove(at: place)
      found.append(fewer)
    }
    for place in entries.indices {
      for edge in entries[place].dependsOn.indices {
        var fewer = self
        fewer.entries[place].dependsOn.remove(at: edge)
        found.append(fewer)
      }
    }
    if stops.contains(where: { $0 > 0 }) {
      var quick = self
      quick.stops = stops.map { _ in 0 }
      found.append(quick)
    }
    if launches.contains(where: { $0 > 0 }) {
      var quick = self
      quick.launches = [0]
      found.append(quick)
    }
    for place in entries.indices where entries[place].fails > 0 {
      var fewer = self
      fewer.entries[place].fails = 0
      found.append(fewer)
    }
    return found
  }

  var text: String {
    var lines: [String] = []
    for (number, capacity) in capacities.enumerated() {
      let settings = scheduling[number]
      lines.append(
        "c\(number): \(capacity.text), \(settings.preemption.rawValue), minimum \(settings.minimumRuntime.text), "
          + "reservations \(settings.reservations.map(String.init) ?? "all"), maxBypass \(settings.maxBypass), "
          + "aging \(settings.agingAfter.text)")
    }
    for entry in entries {
      let traits = entry.traits
      let all = [
        traits.expectedRuntime.map { "about \($0.text)" }, traits.maxRuntime.map { "at most \($0.text)" },
      ].compactMap { $0 }
      let said = all.isEmpty ? nil : all.joined(separator: ", ")
      let edges = entry.dependsOn.map { "\($0.name)\($0.isRunning ? " running" : "")" }
      lines.append(
        "  \(entry.name) on c\(entry.cluster) at \(entry.submit)s: \(traits.priority.text) \(traits.mode.rawValue), lasts "
          + "\(entry.lasts)s, said \(said ?? "nothing"), \(traits.resources.text)"
          + (entry.fails > 0 ? ", fails \(entry.fails) times, retries \(traits.retry.limit)" : "")
          + (traits.preemptible ? "" : ", not preemptible") + (traits.protect ? ", protected" : "")
          + (edges.isEmpty ? "" : ", needs \(edges.joined(separator: ", "))"))
    }
    for happening in happenings { lines.append("  at \(happening.at)s \(happening.name): \(happening.change)") }
    if stops.contains(where: { $0 > 0 }) { lines.append("  stops take \(stops)") }
    if launches.contains(where: { $0 > 0 }) { lines.append("  starts take \(launches)") }
    if overrun > 0 { lines.append("  stops at a bound take \(overrun)") }
    if endsTogether { lines.append("  ends of one moment are told at once") }
    return lines.joined(separator: "\n")
  }
}
