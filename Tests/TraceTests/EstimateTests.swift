import FleetModel
import PlanModel
import Simulation
import TestKit
import Testing

/// Simulations in which the scheduler does not know the true runtimes, and predictions compared with what happens.
@Suite struct EstimateTests {
  private let pool = Resources(ramBytes: 0, cpuMilli: 16_000, gpuMilli: 0)

  private func outcome(
    _ jobs: [TraceJob], _ estimates: EstimateModel, _ scheduling: SchedulingSpec = SchedulingSpec(), every: Int? = 1
  ) throws -> SimulationOutcome {
    try TraceSimulation(
      Trace(jobs: jobs), capacity: pool, scheduling: scheduling, estimates: estimates, predictsEvery: every
    ).run()
  }

  /// Jobs that hold the whole pool, one after the other, more than it can keep up with.
  private func queue(_ count: Int) -> [TraceJob] {
    var random = SeededGenerator(seed: 5)
    return (0..<count).map { position in
      TraceJob(
        submit: .seconds(Int64(position) * 40), runtime: .seconds(Int64(random.from(10...100))), request: pool)
    }
  }

  /// What is said of two jobs that need the whole machine: the first runs from 0 s to 100 s, the second is submitted at 10 s.
  struct Saying: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var estimates: EstimateModel
    var columns = ""
    var values = ""
    /// The difference between forecast and start as a share of the wait of 90 s; `nil`: the start is unknown.
    var error: Double?
    var promised = 0
  }

  static let sayings = [
    Saying(testDescription: "the exact runtime", estimates: .exact, error: 0, promised: 1),
    Saying(testDescription: "nothing", estimates: .declared, error: nil),
    Saying(
      testDescription: "too much", estimates: .declared, columns: ",estimate", values: ",190", error: 1),
    Saying(
      testDescription: "too little", estimates: .declared, columns: ",estimate", values: ",55", error: -0.5),
    Saying(
      testDescription: "a bound alone", estimates: .declared, columns: ",max", values: ",280", error: 2, promised: 1),
    Saying(
      testDescription: "both", estimates: .declared, columns: ",estimate,max", values: ",145,280", error: 0.5,
      promised: 1),
    Saying(testDescription: "a multiple", estimates: .factor(1.9...1.9), error: 1),
    Saying(testDescription: "too few earlier runs", estimates: .learned, error: nil),
  ]

  private func outcomeOfTable(_ text: String, _ estimates: EstimateModel, every: Int? = 1) throws -> SimulationOutcome {
    try TraceSimulation(
      CommaSeparated.read(Array(text.utf8)), capacity: Resources(ramBytes: 0, cpuMilli: 4000, gpuMilli: 0),
      scheduling: SchedulingSpec(), estimates: estimates, predictsEvery: every
    ).run()
  }

  @Test(arguments: sayings) func `a forecast is as good as what is said of runtimes`(saying: Saying) throws {
    let outcome = try outcomeOfTable(
      "submit,runtime,cpu\(saying.columns)\n0,100,4\(saying.values)\n10,100,4\(saying.values)\n", saying.estimates)
    #expect(outcome.finished == 2 && outcome.makespan == .seconds(200))
    let accuracy = try #require(outcome.accuracy)
    #expect(accuracy.compared == 1 && accuracy.unknown == (saying.error == nil ? 1 : 0))
    #expect(accuracy.promises == saying.promised && accuracy.broken == 0)
    guard let error = saying.error else { return }
    #expect(abs(accuracy.bias - error) < 1e-9 && abs(accuracy.p50 - abs(error)) < 1e-9)
    #expect(accuracy.p50 == accuracy.p90)
  }

  @Test func `runtimes are learned for each image`() throws {
    var text = "submit,runtime,cpu,image\n"
    for index in 0..<5 { text += "\(index * 100),100,4,a\n" }
    let outcome = try outcomeOfTable(text + "500,100,4,a\n510,100,4,b\n", .learned)
    let accuracy = try #require(outcome.accuracy)
    #expect(accuracy.compared == 1 && accuracy.unknown == 0 && accuracy.bias == 0)
    let other = try outcomeOfTable(text + "500,100,4,b\n510,100,4,a\n", .learned)
    #expect(other.accuracy?.unknown == 1)
  }

  @Test func `a run ends at the bound that the trace names`() throws {
    let text = "submit,runtime,cpu,max\n0,100,4,30\n10,100,4,500\n"
    #expect(try outcomeOfTable(text, .declared).makespan == .seconds(130))
    #expect(try outcomeOfTable(text, .exact).makespan == .seconds(200))
    #expect(try outcomeOfTable(text, .declared, every: nil).accuracy == nil)
    #expect(try outcomeOfTable(text, .declared, every: 3).accuracy?.compared == 0)
  }

  @Test func `estimates, limits, users and programs are read from both formats`() throws {
    let workload = "1 0 -1 100 4 -1 -1 4 600 -1 1 7 -1 3 1 -1 -1 -1\n2 0 -1 100 4 -1 -1 4 -1 -1 1 -1 -1 -1 1 -1 -1 -1\n"
    let jobs = try StandardWorkloadFormat.read(Array(workload.utf8)).jobs
    #expect(jobs.map(\.estimate) == [.seconds(600), nil] && jobs.map(\.limit) == [.seconds(600), nil])
    #expect(jobs.map(\.user) == ["user-7", "simulation"] && jobs.map(\.image) == ["program-3", "trace"])
    let table = "submit,runtime,cpu,estimate,max,user,image\n0,100,1,150,600.5,ada,train:1\n0,100,1,,,,\n"
    let rows = try CommaSeparated.read(Array(table.utf8)).jobs
    #expect(rows.map(\.estimate) == [.seconds(150), nil] && rows.map(\.limit) == [.milliseconds(600_500), nil])
    #expect(rows.map(\.user) == ["ada", "simulation"] && rows.map(\.image) == ["train:1", "trace"])
    for column in ["estimate", "max"] {
      for (value, problem) in [("-5", "is negative"), ("0", "is zero"), ("long", "is no number: long")] {
        #expect(throws: TraceProblem(line: 2, "the \(column) \(problem)")) {
          try CommaSeparated.read(Array("submit,runtime,cpu,\(column)\n0,1,1,\(value)\n".utf8))
        }
      }
    }
  }

  /// One job at a time: what is known exactly is predicted exactly.
  @Test func `predictions from exact runtimes come true where nothing overtakes`() throws {
    let accuracy = try #require(outcome(queue(100), .exact).accuracy)
    #expect(accuracy.compared > 80 && accuracy.unknown == 0)
    #expect(accuracy.p50 == 0 && accuracy.p90 == 0 && accuracy.bias == 0)
    #expect(accuracy.promises > 80 && accuracy.broken == 0)
  }

  /// Everybody declares three times what is needed: the first few are believed, the rest are corrected.
  @Test func `a constant bias is learned away`() throws {
    let jobs = queue(100)
    let accuracy = try #require(outcome(jobs, .factor(3...3)).accuracy)
    #expect(accuracy.compared > 80 && accuracy.unknown == 0)
    #expect(accuracy.p50 < 0.01 && accuracy.bias > 0)
    // Each user has a bias of the own. With as many users as jobs, nothing is learned.
    var strangers = jobs
    for position in strangers.indices { strangers[position].user = "user-\(position)" }
    let uncorrected = try #require(outcome(strangers, .factor(3...3)).accuracy)
    #expect(uncorrected.p50 > 1)
  }

  @Test func `starts behind jobs of unknown runtime are unknown until enough have run`() throws {
    let accuracy = try #require(outcome(queue(100), .learned).accuracy)
    #expect(accuracy.unknown > 0 && accuracy.unknown < 20)
    #expect(accuracy.promises == 0)
  }

  /// Whatever is expected and however wrong it is, what is promised rests on bounds alone.
  @Test(arguments: 1...20)
  func `promises are kept under every model of estimates`(seed: UInt64) throws {
    var jobs = TraceSimulationTests.random(seed, count: 120)
    var random = SeededGenerator(seed: seed &+ 1000)
    for position in jobs.indices {
      jobs[position].estimate = .seconds(Int64(random.from(1...200)))
      jobs[position].limit = .seconds(Int64(random.from(50...400)))
      jobs[position].user = "user-\(random.below(3))"
    }
    var promises = 0
    for model in [.exact, .declared, .learned, .factor(0.2...5), .lognormal(0.5)] as [EstimateModel] {
      for reservations in [1, 4, nil] as [Int?] {
        let outcome = try outcome(jobs, model, SchedulingSpec(reservations: reservations), every: 10)
        #expect(outcome.finished == jobs.count, "\(model)")
        #expect(outcome.accuracy?.broken == 0, "\(model), \(reservations.map { "\($0)" } ?? "all") reservations")
        promises += outcome.accuracy?.promises ?? 0
      }
    }
    #expect(promises > 0)
  }

  /// A simulation must not depend on the process.
  @Test func `estimates are the same each time`() throws {
    let jobs = TraceSimulationTests.random(3, count: 200)
    for model in [.factor(1.5...5), .lognormal(0.5), .learned] as [EstimateModel] {
      let (one, other) = (try outcome(jobs, model, every: 7), try outcome(jobs, model, every: 7))
      #expect(one.accuracy == other.accuracy && one.meanWait == other.meanWait)
      // Predicting changes nothing.
      #expect(try outcome(jobs, model, every: nil).meanWait == one.meanWait)
    }
  }
}
