import Diagnostics
import FleetModel

/// The load on which scheduling decisions are measured: clusters that are nearly full, and many deployments that wait
/// for them.
struct DecisionLoad {
  /// Number of clusters.
  var clusters = 1
  /// Number of deployments that run at first.
  var running = 1000
  /// Number of deployments that wait.
  var pending = 100_000
  /// Greatest number of different requests among the deployments that wait.
  var shapes = 24
  /// Number of reservations on each cluster; `nil`: all.
  var reservations: Int? = 1
  /// Whether waiting deployments may preempt running ones.
  var isPreempting = false
  /// Number of ends of runs to measure.
  var events = 300
  /// Seconds after which no further end is begun.
  var seconds = 20.0

  /// Reads words such as `clusters=50`; `nil` if a word is unknown.
  init?(_ words: some Sequence<String>) {
    for word in words {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      if word == "preempting" { isPreempting = true }
      if word == "preempting" { continue }
      guard parts.count == 2, let number = parts[1] == "all" ? .max : Int(parts[1]), number >= 0 else { return nil }
      switch parts[0] {
      case "clusters": clusters = max(1, number)
      case "running": running = number
      case "pending": pending = number
      case "shapes": shapes = max(1, number)
      case "reservations": reservations = number == .max ? nil : number
      case "events": events = number
      case "seconds": seconds = Double(number)
      default: return nil
      }
    }
  }

  /// The load as words that `init` reads.
  var words: [String] {
    [
      "clusters=\(clusters)", "running=\(running)", "pending=\(pending)", "shapes=\(shapes)",
      "reservations=\(reservations.map(String.init) ?? "all")", "events=\(events)", "seconds=\(Int(seconds))",
    ] + (isPreempting ? ["preempting"] : [])
  }

  static let user = "ada.lovelace"
  static func cluster(_ number: Int) -> ClusterIdentity {
    ClusterIdentity(organization: "vision", name: "lab-\(Inputs.padded(number, 2))")
  }

  /// Declarations of the clusters and of the objects that they need; a tenth of each cluster is free beside the first
  /// runs.
  func baseDeclarations() -> [Declaration] {
    let runners = max(1, running / clusters)
    let capacity = Resources(
      ramBytes: Int64(runners) * (9 << 30), cpuMilli: Int64(runners) * 4400, gpuMilli: Int64(max(2, runners)) * 1000)
    let scheduling = SchedulingSpec(reservations: reservations)
    var all: [Declaration] = [
      Self.declaration(.organization("vision"), .organization(OrganizationSpec())),
      Self.declaration(.user(Self.user), .user(UserSpec(email: "ada@example.org", organizations: ["vision"]))),
    ]
    for number in 0..<clusters {
      let spec = ClusterSpec(creator: Self.user, capacity: capacity, scheduling: scheduling)
      all.append(Self.declaration(.cluster(Self.cluster(number)), .cluster(spec)))
    }
    return all
  }

  /// Deployments that run at first, each with its duration.
  func runningDeployments() -> [(declaration: Declaration, duration: TimeSpan)] {
    (0..<running).map { number in
      var traits = DeploymentTraits(
        resources: Resources(
          ramBytes: Int64(4 + number % 9) << 30, cpuMilli: Int64(3000 + number % 3 * 1000),
          gpuMilli: number % 5 == 0 ? 500 : number % 2 == 0 ? 1000 : 0))
      traits.priority = isPreempting ? .low : .high
      let duration = TimeSpan.seconds(3600 + Int64(number * 7919 % 7200))
      traits.expectedRuntime = duration
      if number % 3 == 0 { traits.maxRuntime = duration }
      let identity = DeploymentIdentity(
        cluster: Self.cluster(number % clusters), name: "runs-\(Inputs.padded(number, 6))")
      return (Self.declaration(of: identity, traits), duration)
    }
  }

  /// Deployments that wait, each with its duration; `nil`: a service.
  func waitingDeployments() -> [(declaration: Declaration, duration: TimeSpan?)] {
    var generator = SplitMix64()
    var all: [(declaration: Declaration, duration: TimeSpan?)] = []
    all.reserveCapacity(pending)
    let requests = (0..<shapes).map { number in
      Resources(
        ramBytes: (Int64(1 + generator.below(24)) << 30) + Int64(number) << 12,
        cpuMilli: Int64(1 + generator.below(16)) * 500, gpuMilli: generator.pick([0, 0, 250, 500, 1000, 1000, 2000]))
    }
    for number in 0..<pending {
      // The first deployments of a cluster differ in this index by the number of clusters.
      let (cluster, index) = (number % clusters, number / clusters)
      let identity = Self.waiter(number, on: cluster)
      var traits = DeploymentTraits(resources: requests[generator.below(shapes)])
      traits.priority = generator.pick([.low, .medium, .medium, .high])
      let duration = TimeSpan.seconds(Int64(300 + generator.below(7200)))
      switch generator.below(4) {
      case 0, 1: traits.expectedRuntime = duration
      case 2: traits.maxRuntime = duration
      default: break
      }
      var dependsOn: [Dependency] = []
      let isService = index % 50 == 10
      if isService {
        traits.mode = .service
        traits.expectedRuntime = nil
        traits.maxRuntime = nil
        traits.priority = .low
        traits.resources = Resources(ramBytes: 1 << 30, cpuMilli: 500, gpuMilli: 0)
      } else if index % 50 == 11 {
        // Together with the service before it: a gang.
        dependsOn.append(Dependency(on: Self.waiter(number - clusters, on: cluster), until: .running))
      } else if index % 5 == 4 {
        dependsOn.append(Dependency(on: Self.waiter(number - clusters, on: cluster), until: .completed))
      }
      all.append((Self.declaration(of: identity, traits, dependsOn), isService ? nil : duration))
    }
    return all
  }

  private static func waiter(_ number: Int, on cluster: Int) -> DeploymentIdentity {
    DeploymentIdentity(cluster: Self.cluster(cluster), name: "waits-\(Inputs.padded(number, 6))")
  }

  private static func declaration(
    of identity: DeploymentIdentity, _ traits: DeploymentTraits, _ dependsOn: [Dependency] = []
  ) -> Declaration {
    // Runtimes are learned for each image.
    let version = identity.name.utf8.reduce(0) { ($0 * 31 + Int($1)) % 100 }
    return declaration(
      .deployment(identity),
      .deployment(
        DeploymentSpec(
          traits: traits, user: user, image: "ghcr.io/vision/train:\(version)", dependsOn: dependsOn.sorted())))
  }

  private static func declaration(_ identity: ObjectIdentity, _ spec: ObjectSpec) -> Declaration {
    Declaration(
      identity: identity, metadata: ObjectMetadata(), spec: spec,
      place: SourcePlace(file: "decisions", line: 1, column: 1))
  }
}

/// Random numbers that are the same in every process: SplitMix64.
struct SplitMix64 {
  private var state: UInt64 = 17

  /// Returns a number from 0 up to, but not including, the bound.
  mutating func below(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
  }

  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}
