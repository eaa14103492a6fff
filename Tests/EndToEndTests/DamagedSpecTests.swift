import TestKit
import Testing

extension EndToEndTests {
  @Test func `doctor names a recorded spec that can't be read`() throws {
    let home = try BerthHome()
    try home.write(
      LabManifests.base() + LabManifests.deployment("one", "true") + LabManifests.deployment("two", "true"))
    #expect(try home.apply("--wait").status == 0)
    let damage = "UPDATE deployments SET spec = substr(spec, 1, 20) WHERE name = 'two'"
    let program = "import sqlite3; d = sqlite3.connect('\(home.state)'); d.execute(\\\"\(damage)\\\"); d.commit()"
    let damaged = try home.shell("python3 -c \"\(program)\"")
    #expect(damaged.status == 0, "\(damaged.error)")
    let doctor = try home.berth("doctor")
    #expect(doctor.status == 1)
    #expect(doctor.output.contains("lab/machine/two") && !doctor.output.contains("lab/machine/one"), "\(doctor.output)")
  }
}
