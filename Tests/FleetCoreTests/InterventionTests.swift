import BerthTestSupport
import FleetCore
import FleetModel
import PlanModel
import Testing

/// Whoever waits for the end of an apply is told when only a person can help, however long the way to the cause.
@Suite struct InterventionTests {
  /// Reasons for which a deployment goes no further by itself.
  enum Cause: CaseIterable {
    case secret, neverFits, suspended, failed, inactive, services, protected
  }

  private func scenario(_ cause: Cause) throws -> Scenario {
    var scenario = Scenario(["lab": (16, 5, 0)])
    switch cause {
    case .secret:
      scenario.missingSecrets = ["TOKEN"]
      scenario.job("root") { $0.env["TOKEN"] = .secret(.fromEnv("TOKEN")) }
    case .neverFits: scenario.job("root", cpu: 6)
    case .suspended: scenario.job("root") { $0.traits.suspend = true }
    case .failed: scenario.job("root") { $0.traits.retry.limit = 0 }
    case .inactive:
      scenario.job("root")
      scenario.user.active = false
    case .services:
      for name in ["store", "cache"] { scenario.service(name, cpu: 2) }
      try scenario.apply()
      scenario.job("root", cpu: 3)
    case .protected:
      scenario.job("root") { $0.traits.protect = true }
      try scenario.apply()
      scenario.deployments["root"]?.image = "other:1"
    }
    return scenario
  }

  @Test(arguments: Cause.allCases, 0...3)
  func `what waits for a person is blocked, and so is all that waits for it`(cause: Cause, length: Int) throws {
    var scenario = try scenario(cause)
    var last = "root"
    for index in 0..<length {
      // A deployment waits for another to complete, or to run.
      scenario.job("d\(index)", after: index % 2 == 0 ? [last] : [], with: index % 2 == 0 ? [] : [last])
      last = "d\(index)"
    }
    scenario.job("free")
    try scenario.apply()
    if cause == .failed { scenario.end("root", .exited(status: 1)) }
    if cause != .inactive { scenario.end("free") }
    let convergence = scenario.fleet.convergence(of: "default", now: scenario.now)
    #expect(convergence.waiting == [])
    let stuck = Set(convergence.blocked + convergence.failed).subtracting([scenario.identity("free")])
    let counts = cause != .suspended
    #expect(stuck.count == length + (counts ? 1 : 0), "\(convergence)")
  }

  @Test(arguments: 1...3)
  func `what a protected deployment keeps is blocked when both are withdrawn`(length: Int) throws {
    var scenario = Scenario(["lab": (16, 8, 0)])
    var last = "base"
    scenario.service(last)
    for index in 0..<length {
      scenario.service("d\(index)", with: [last])
      last = "d\(index)"
    }
    scenario.deployments[last]?.traits.protect = true
    try scenario.apply()
    scenario.deployments = [:]
    try scenario.apply()
    let convergence = scenario.fleet.convergence(of: "default", now: scenario.now)
    #expect(convergence.waiting == [] && convergence.blocked.count == length + 1, "\(convergence)")
  }
}
