import FleetModel
import Simulation
import Testing

@Suite struct TraceReadingTests {
  private func workload(_ text: String) throws -> Trace { try StandardWorkloadFormat.read(Array(text.utf8)) }
  private func table(_ text: String, _ columns: [CommaSeparated.Column: String] = [:]) throws -> Trace {
    try CommaSeparated.read(Array(text.utf8), columns: columns)
  }
  private func problem(_ work: () throws -> Trace) -> TraceProblem? {
    do {
      _ = try work()
      return nil
    } catch {
      return error as? TraceProblem
    }
  }

  @Test func `the standard workload format is read with its header`() throws {
    let trace = try workload("; MaxNodes: 64\n\n  1 30 -1 100 16 -1\r\n2 10 -1 5 -1 -1 -1 4\n3 10 -1 -1 4\n")
    #expect(trace.processors == 64)
    #expect(trace.leftOut == 1)
    #expect(trace.jobs.map(\.submit) == [.seconds(10), .seconds(30)])
    #expect(trace.jobs.map(\.request.cpuMilli) == [4000, 16_000])
    #expect(trace.jobs.map(\.line) == [4, 3])
  }

  @Test func `a bad line is named`() {
    #expect(problem { try workload("1 2 3\n") }?.line == 1)
    #expect(
      problem { try workload("; x\n1 2 3 4x 5\n") } == TraceProblem(line: 2, "the run time is no number: 4x"))
    #expect(problem { try workload("1 -2 3 4 5\n") } == TraceProblem(line: 1, "the submit time is negative"))
    #expect(problem { try workload("; nothing\n") } == TraceProblem(line: 0, "there is no job in it"))
  }

  @Test func `a CSV table is read by the names of its columns`() throws {
    let trace = try table(
      """
      arrival,name,runtime,gpu,ram,priority,dependencies,note
      5,b,1.5,0.5,512Mi,HIGH,,"two, and
      a line"
      0,a,2e1,2,4,1,,

      9,c,7,1,1,,a b,
      """, [.submit: "arrival"])
    #expect(trace.jobs.map(\.line) == [4, 2, 6])
    #expect(trace.jobs.map(\.runtime) == [.seconds(20), .milliseconds(1500), .seconds(7)])
    #expect(trace.jobs.map(\.request.gpuMilli) == [2000, 500, 1000])
    #expect(trace.jobs.map(\.request.ramBytes) == [4 << 30, 512 << 20, 1 << 30])
    #expect(trace.jobs.map(\.priority) == [.low, .high, .medium])
    #expect(trace.jobs[2].dependencies == [0, 1])
  }

  @Test(arguments: [
    ("", 0, "there is no header line"), ("submit,cpu\n1,1\n", 1, "no column is named \"runtime\""),
    ("submit,runtime,cpu\n1,1\n", 2, "the header names 3 columns; here are 2"),
    ("submit,runtime,cpu\n1,-1,1\n", 2, "the runtime is negative"),
    ("submit,runtime,cpu\n1,1,\n", 2, "the job asks for nothing"),
    ("submit,runtime,gpu\n1,1,1.5\n", 2, "the gpu is neither whole nor below 1"),
    ("submit,runtime,cpu,priority\n1,1,1,urgent\n", 2, "the priority is none of low, medium, high: urgent"),
    ("submit,runtime,cpu,dependencies\n1,1,1,7\n", 2, "it depends on \"7\", which is no job before it"),
    ("submit,runtime,cpu\n1,1,\"1\n", 2, "a quoted value is not closed"),
  ])
  func `a bad table says where`(text: String, line: Int, message: String) {
    let found = problem { try table(text) }
    #expect(found?.line == line)
    #expect(found?.message.hasPrefix(message) == true)
  }
}
