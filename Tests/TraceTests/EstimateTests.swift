import FleetModel
import PlanModel
import Simulation
import Testing

/// What the scheduler is told of a trace's runtimes, and how its forecasts come true.
@Suite struct EstimateTests {
  /// What is said of two jobs that need the whole machine: the first runs from 0 s to 100 s, the second is submitted at 10 s.
  struct Saying: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var estimates: RuntimeEstimates
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

  private func outcome(_ text: String, _ estimates: RuntimeEstimates, every period: Int? = 1) throws
    -> SimulationOutcome
  {
    var simulation = try TraceSimulation(
      CommaSeparated.read(Array(text.utf8)), capacity: Resources(ramBytes: 0, cpuMilli: 4000, gpuMilli: 0),
      scheduling: SchedulingSpec())
    simulation.estimates = estimates
    simulation.judgedPeriod = period
    return simulation.run()
  }

  @Test(arguments: sayings) func `a forecast is as good as what is said of runtimes`(saying: Saying) throws {
    let outcome = try outcome(
      "submit,runtime,cpu\(saying.columns)\n0,100,4\(saying.values)\n10,100,4\(saying.values)\n", saying.estimates)
    #expect(outcome.finished == 2 && outcome.makespan == .seconds(200))
    let forecasts = try #require(outcome.forecasts)
    #expect(forecasts.judged == 1 && forecasts.unknown == (saying.error == nil ? 1 : 0))
    #expect(forecasts.promised == saying.promised && forecasts.broken == 0)
    guard let error = saying.error else {
      #expect(forecasts.p50 == nil && forecasts.bias == nil)
      return
    }
    #expect(abs((forecasts.bias ?? .nan) - error) < 1e-9 && abs((forecasts.p50 ?? .nan) - abs(error)) < 1e-9)
    #expect(forecasts.p50 == forecasts.p90)
  }

  @Test func `runtimes are learned for each image`() throws {
    var text = "submit,runtime,cpu,image\n"
    for index in 0..<5 { text += "\(index * 100),100,4,a\n" }
    let outcome = try outcome(text + "500,100,4,a\n510,100,4,b\n", .learned)
    let forecasts = try #require(outcome.forecasts)
    #expect(forecasts.judged == 1 && forecasts.unknown == 0 && forecasts.bias == 0)
    let other = try self.outcome(text + "500,100,4,b\n510,100,4,a\n", .learned)
    #expect(other.forecasts?.unknown == 1)
  }

  @Test func `a run ends at the bound that the trace names`() throws {
    let text = "submit,runtime,cpu,max\n0,100,4,30\n10,100,4,500\n"
    #expect(try outcome(text, .declared).makespan == .seconds(130))
    #expect(try outcome(text, .exact).makespan == .seconds(200))
    #expect(try outcome(text, .declared, every: nil).forecasts == nil)
    #expect(try outcome(text, .declared, every: 3).forecasts?.judged == 0)
  }

  @Test(arguments: ["estimate", "max"]) func `a runtime that is said is positive`(column: String) {
    for value in ["0", "-1", "long"] {
      #expect(throws: TraceProblem.self) {
        try CommaSeparated.read(Array("submit,runtime,cpu,\(column)\n0,100,4,\(value)\n".utf8))
      }
    }
  }
}
