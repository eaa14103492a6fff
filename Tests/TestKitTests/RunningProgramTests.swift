import TestKit
import Testing

@Suite struct RunningProgramTests {
  @Test func `a program of a test finds no state but one beside its output`() throws {
    let directory = try TemporaryDirectory("running")
    let result = try RunningProgram("/usr/bin/env", [], files: directory.path + "/env").wait()
    let variables = result.output.split(separator: "\n")
    for name in ["BERTH_STATE", "XDG_STATE_HOME"] {
      #expect(variables.filter { $0.hasPrefix("\(name)=") }.count == 1)
      #expect(variables.contains { $0.hasPrefix("\(name)=\(directory.path)/") }, "\(result.output)")
    }
  }
}
