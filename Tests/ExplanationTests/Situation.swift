import BerthTestSupport
import FleetCore
import FleetModel
import PlanModel
import TestKit

/// A fleet in which `target` does not run, made from a seed.
struct Situation {
  var scenario: Scenario
  /// The deployment in question.
  static let target = "target"
  /// Codes of the reasons that are possible.
  var codes: [String] = ["insufficientCapacity"]

  /// Reasons why it does not run.
  enum Lack: String, CaseIterable {
    case cpu, ram, gpu, part, everything, behindReservation, drained, failedDependency, deepFailure, suspended
    case suspendedAndShort, inactive, noMember, overcommitted, services, lowerPriority, otherCluster, neverFits, secret
    case unknownCluster, backingOff, runningDependency, gang, failed, suspendedDependency, shortDependency, protected
    case completed, everythingAtOnce, longQueue
  }

  init(_ lack: Lack, _ random: inout SeededGenerator) throws {
    let cores = Int64(random.from(6...16))
    scenario = Scenario(["lab": (32, cores, 4)])
    scenario.scheduling.minimumRuntime = .seconds(60)
    try background(&random)
    try make(lack, cores, &random)
  }

  /// Adds small running jobs that matter little.
  private mutating func background(_ random: inout SeededGenerator) throws {
    for index in 0..<random.below(3) {
      scenario.job("small-\(index)", ram: 1, cpu: 1) {
        $0.traits.expectedRuntime = .seconds(Int64(random.from(600...6000)))
      }
    }
    if random.chance(40) { scenario.service("tiny", ram: 1, cpu: 1) }
    try scenario.apply()
    scenario.advance(Int64(random.from(70...400)))
  }

  private mutating func target(
    ram: Int64 = 1, cpu: Int64 = 1, gpuMilli: Int64 = 0, after: [String] = [], with: [String] = [],
    _ change: (inout DeploymentSpec) -> Void = { _ in }
  ) throws {
    scenario.job(Self.target, ram: ram, cpu: cpu, gpuMilli: gpuMilli, after: after, with: with, change)
    try scenario.apply()
  }

  /// Adds a running job of random priority and runtime that holds the given resources.
  private mutating func holder(
    _ name: String, ram: Int64 = 1, cpu: Int64 = 1, gpuMilli: Int64 = 0, _ random: inout SeededGenerator
  ) throws {
    let priority = random.pick([Priority.medium, .high])
    let runtime = random.chance(60) ? TimeSpan.seconds(Int64(random.from(500...5000))) : nil
    let isBound = random.chance(50)
    scenario.job(name, ram: ram, cpu: cpu, gpuMilli: gpuMilli) { spec in
      spec.traits.priority = priority
      if isBound { spec.traits.maxRuntime = runtime } else { spec.traits.expectedRuntime = runtime }
    }
    try scenario.apply()
    scenario.advance(Int64(random.from(61...300)))
  }

  private mutating func make(_ lack: Lack, _ cores: Int64, _ random: inout SeededGenerator) throws {
    switch lack {
    case .cpu:
      try holder("big", cpu: cores - 4, &random)
      try target(cpu: Int64(random.from(4...6)))
    case .ram:
      try holder("big", ram: Int64(random.from(20...27)), &random)
      try target(ram: Int64(random.from(13...20)))
    case .gpu:
      try holder("big", gpuMilli: Int64(random.from(2...4)) * 1000, &random)
      try target(gpuMilli: Int64(random.from(3...4)) * 1000)
    case .part:
      for index in 0..<4 { try holder("part-\(index)", gpuMilli: 600, &random) }
      try target(gpuMilli: random.pick([500, 600, 1000]))
    case .everything:
      try holder("big", ram: 24, cpu: cores - 4, gpuMilli: 3000, &random)
      try target(ram: 16, cpu: 4, gpuMilli: 2000)
    case .behindReservation:
      let isLong = random.chance(50)
      // The head takes all that the background leaves at 3000 s.
      let background = Int64(scenario.deployments.count)
      scenario.job("now", cpu: cores - 4) { $0.traits.maxRuntime = .seconds(3000) }
      try scenario.apply()
      scenario.job("head", cpu: cores - background) { $0.traits.maxRuntime = .seconds(3000) }
      try scenario.apply()
      scenario.advance(5)
      try target(cpu: 1) { if isLong { $0.traits.expectedRuntime = .seconds(9000) } }
      codes = ["behindReservation"]
    case .drained:
      scenario.scheduling.maxBypass = 0
      scenario.job("now", cpu: cores - 4)
      try scenario.apply()
      scenario.job("head", cpu: cores - 3)
      try scenario.apply()
      scenario.advance(5)
      try target(cpu: 1)
      codes = ["behindReservation", "insufficientCapacity"]
    case .failedDependency:
      scenario.job("prepare")
      try target(after: ["prepare"])
      scenario.advance(30)
      scenario.end("prepare", .exited(status: random.from(1...9)))
      codes = ["dependencyFailed"]
    case .deepFailure:
      scenario.job("fetch")
      scenario.job("clean", after: ["fetch"])
      scenario.job("another") { $0.traits.expectedRuntime = .seconds(900) }
      try target(after: ["another", "clean"])
      scenario.end("fetch", .exited(status: 1))
      scenario.end("another")
      codes = ["waitsForDependency"]
    case .suspended:
      try target { $0.traits.suspend = true }
      codes = ["suspended"]
    case .suspendedAndShort:
      try holder("big", cpu: cores - 4, &random)
      try target(cpu: 5) { $0.traits.suspend = true }
      codes = ["suspended"]
    case .inactive:
      scenario.user.active = false
      try target()
      codes = ["ownerInactive"]
    case .noMember:
      scenario.user.organizations = []
      try target()
      codes = ["ownerNotMember"]
    case .overcommitted:
      try holder("big", ram: 8, cpu: 6 - 2, &random)
      scenario.clusters["lab"] = Scenario.resources(ram: 32, cpu: 3, gpuMilli: 4000)
      try target()
      codes = ["overcommitted"]
    case .services:
      for index in 0..<2 {
        scenario.service("store-\(index)", ram: 12, cpu: 1)
        let isHigh = random.chance(50)
        scenario.deployments["store-\(index)"]?.traits.priority = isHigh ? .high : .medium
      }
      try scenario.apply()
      scenario.advance(100)
      try target(ram: Int64(random.from(12...20)))
      codes = ["heldByServices"]
    case .lowerPriority:
      scenario.job("big", cpu: cores - 4, gpuMilli: 3000) { $0.traits.priority = .low }
      try scenario.apply()
      scenario.advance(600)
      try target(gpuMilli: 2000) { $0.traits.priority = .low }
    case .otherCluster:
      scenario.clusters["other"] = Scenario.resources(ram: 16, cpu: 8, gpuMilli: 2000)
      scenario.job("prepare")
      try scenario.apply()
      scenario.end("prepare")
      try holder("big", gpuMilli: 4000, &random)
      try target(gpuMilli: 1000, after: ["prepare"])
    case .neverFits:
      try target(gpuMilli: Int64(random.from(5...8)) * 1000)
      codes = ["neverFits"]
    case .secret:
      scenario.missingSecrets = ["TOKEN"]
      try target { $0.env["TOKEN"] = .secret(.fromEnv("TOKEN")) }
      codes = ["secretUnavailable"]
    case .unknownCluster:
      let lab = scenario.fleet.clusterRecords[0].id
      scenario.response(to: [.clustersObserved([lab: .unknown("connection refused")])])
      try target()
      codes = ["clusterUnknown"]
    case .backingOff:
      try target { $0.traits.retry = RetryPolicy(limit: 3, backoff: .seconds(40)) }
      scenario.end(Self.target, .exited(status: 1))
      codes = ["backingOff"]
    case .runningDependency:
      let isKnown = random.chance(50)
      scenario.job("prepare") { if isKnown { $0.traits.expectedRuntime = .seconds(700) } }
      try target(after: ["prepare"])
      codes = ["waitsForDependency"]
    case .gang:
      try holder("big", ram: 20, &random)
      scenario.service("db", ram: 4)
      try target(ram: 8, with: ["db"])
    case .failed:
      try target()
      scenario.end(Self.target, .exited(status: 1))
      codes = ["failed"]
    case .suspendedDependency:
      scenario.job("fetch") { $0.traits.suspend = true }
      scenario.job("prepare", after: ["fetch"])
      try target(after: ["prepare"])
      codes = ["waitsForDependency"]
    case .shortDependency:
      scenario.clusters["other"] = Scenario.resources(ram: 8, cpu: 4)
      try holder("other/big", cpu: 3, &random)
      scenario.job("other/prepare", cpu: 2)
      try target(after: ["other/prepare"])
      codes = ["waitsForDependency"]
    case .protected:
      try target { $0.traits.protect = true }
      scenario.deployments[Self.target]?.image = "image:2"
      try scenario.apply()
      codes = ["protected"]
    case .completed:
      try target()
      scenario.end(Self.target)
      codes = []
    case .longQueue:
      scenario.scheduling.minimumRuntime = .seconds(86_400)
      for index in 0..<2 {
        scenario.job("now-\(index)", ram: 15, cpu: 1) { $0.traits.expectedRuntime = .seconds(1000) }
      }
      try scenario.apply()
      for index in 0..<random.from(9...20) {
        scenario.job("next-\(index)", ram: 14, cpu: 2) { $0.traits.maxRuntime = .seconds(1000) }
        try scenario.apply()
        scenario.advance(1)
      }
      try target(ram: 15, cpu: 2)
      codes = ["behindReservation", "insufficientCapacity"]
    case .everythingAtOnce:
      try holder("big", cpu: cores - 4, gpuMilli: 4000, &random)
      scenario.job("prepare")
      try scenario.apply()
      scenario.end("prepare", .exited(status: 2))
      scenario.user.active = false
      try target(gpuMilli: 4000, after: ["prepare"]) { $0.traits.suspend = true }
      codes = ["suspended"]
    }
  }
}
