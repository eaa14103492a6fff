import BerthTestSupport
import EngineInterface
import FleetModel
import Glibc
import ProcessEngine
import TestKit
import Testing

/// GPUs of a machine are given away once, however many installations share it.
@Suite(.timeLimit(.minutes(15))) struct GPULeaseTests {
  /// Two installations on a machine with two GPUs, 0 and 1.
  private struct Machine {
    let (first, second): (ProcessInstallation, ProcessInstallation)

    static func with(_ body: (Machine) async throws -> Void) async throws {
      let directory = try TemporaryDirectory("gpus")
      for name in ["nvidia0", "nvidia1"] { try directory.write("", to: name) }
      let leases = GPULeases(directory: directory.path, devices: directory.path)
      try await ProcessInstallation.with { one in
        try await ProcessInstallation.with { other in
          var (first, second) = (one, other)
          first.settings.gpuLeases = leases
          second.settings.gpuLeases = leases
          try await body(Machine(first: first, second: second))
        }
      }
    }

    func request(_ gpus: [GPUShare], _ script: String = "exec sleep 600") -> RunRequest {
      var request = first.suite.request(script)
      request.gpus = gpus
      return request
    }
  }

  private static let whole = [GPUShare(slot: 0, milli: 1000)]

  @Test func `a GPU that another installation holds is refused, and its holder named`() async throws {
    try await Machine.with { machine in
      let (one, other) = (try machine.first.engine(), try machine.second.engine())
      let (holder, waiter) = (machine.request(Self.whole), machine.request(Self.whole))
      try await machine.first.suite.start(holder, on: one)
      let refusal = await #expect(throws: EngineError.self) { try await machine.second.suite.start(waiter, on: other) }
      #expect(
        refusal
          == .retryable(
            "GPU 0 of this machine is held by vision/lab/train (run \(holder.name.text) in \(machine.first.settings.runs))"
          ))
      // Nothing was executed, and the same run starts once the GPU is free.
      #expect(try await other.look(at: [waiter.name]) == [waiter.name: .prepared])
      try await one.stop(holder.name, grace: .zero)
      _ = try await machine.first.suite.outcome(of: holder.name, on: one)
      guard case .running = try await machine.second.suite.start(waiter, on: other) else {
        Issue.record("not started")
        return
      }
    }
  }

  @Test func `the lease of a killed supervisor ends with it`() async throws {
    try await Machine.with { machine in
      let (one, other) = (try machine.first.engine(), try machine.second.engine())
      let (holder, waiter) = (machine.request(Self.whole), machine.request(Self.whole))
      try await machine.first.suite.start(holder, on: one)
      try #require(kill(try machine.first.pid("shim", of: holder.name), SIGKILL) == 0)
      _ = try await machine.first.suite.outcome(of: holder.name, on: one)
      guard case .running = try await machine.second.suite.start(waiter, on: other) else {
        Issue.record("not started")
        return
      }
    }
  }

  @Test(arguments: [
    ([500], [500], true), ([300, 300], [400], true), ([500], [501], false), ([1], [1000], false), ([1000], [1], false),
    ([300, 300, 300], [101], false), ([250, 250, 250], [250], true),
  ])
  func `shares of a GPU fit as long as their sum does`(held: [Int], wanted: [Int], fits: Bool) async throws {
    try await Machine.with { machine in
      let (one, other) = (try machine.first.engine(), try machine.second.engine())
      for share in held {
        try await machine.first.suite.start(machine.request([GPUShare(slot: 1, milli: share)]), on: one)
      }
      for share in wanted {
        let request = machine.request([GPUShare(slot: 1, milli: share)])
        do throws(EngineError) {
          _ = try await other.launch(try await other.prepare(request), of: request, secrets: [:])
          #expect(fits)
        } catch {
          #expect(!fits && error.message.hasPrefix("GPU 1 of this machine is held by vision/lab/train (run "))
        }
      }
      // The other GPU is free all the while.
      try await machine.second.suite.start(machine.request(Self.whole), on: other)
    }
  }

  @Test func `what is left of a GPU in pieces is given away in pieces`() async throws {
    try await Machine.with { machine in
      let engine = try machine.first.engine()
      let runs = [200, 200, 200, 200, 200].map { machine.request([GPUShare(slot: 0, milli: $0)]) }
      for run in runs { try await machine.first.suite.start(run, on: engine) }
      for run in [runs[1], runs[3]] {
        try await engine.stop(run.name, grace: .zero)
        _ = try await machine.first.suite.outcome(of: run.name, on: engine)
      }
      try await machine.second.suite.start(
        machine.request([GPUShare(slot: 0, milli: 400)]), on: machine.second.engine())
      await #expect(throws: EngineError.self) {
        try await machine.first.suite.start(machine.request([GPUShare(slot: 0, milli: 1)]), on: engine)
      }
    }
  }

  @Test func `a GPU that the machine does not have is nobody's`() async throws {
    try await Machine.with { machine in
      for installation in [machine.first, machine.second] {
        let request = machine.request([GPUShare(slot: 7, milli: 1000)], "echo ran")
        let engine = try installation.engine()
        try await installation.suite.start(request, on: engine)
        #expect(try await installation.suite.outcome(of: request.name, on: engine) == .exited(status: 0))
      }
    }
  }
}
