import FleetModel
import Foundation
import Glibc
import StateStore
import TestKit
import Testing

extension EndToEndTests {
  /// A killed `berth` leaves a state from which the next one continues: nothing is lost and nothing runs twice. The
  /// seed decides the moments of a hundred kills. If a graph completes before its kill, the next graph begins.
  @Test func `a hundred kills lose nothing and run nothing twice`() throws {
    var numbers = SeededGenerator(seed: 20_261_123)
    var kills = 0
    var graphs = 0
    while kills < 100 {
      graphs += 1
      // At least every second graph must see a kill, or the test shows nothing.
      try #require(graphs < 200)
      let home = try BerthHome()
      try home.write(LabManifests.layers(6, of: 10, out: home.out, using: &numbers))
      var killsHere = 0
      while true {
        let program = try home.start(["apply", home.manifests, "--yes", "--wait"])
        if kills < 100 {
          usleep(UInt32.random(in: 0...400_000, using: &numbers))
          program.signal(SIGKILL)
        }
        let result = try program.wait()
        if result.ending == .signaled(SIGKILL) {
          kills += 1
          killsHere += 1
          continue
        }
        try #require(
          result.ending == .exited(0), "graph \(graphs) after \(killsHere) kills: \(result.output)\(result.error)")
        break
      }
      try expectAllRanOnce(home, "graph \(graphs) after \(killsHere) kills")
    }
  }

  private func expectAllRanOnce(_ home: BerthHome, _ when: String) throws {
    for layer in 0..<6 {
      for index in 0..<10 {
        let name = LabManifests.name(layer, index)
        #expect(home.lines(of: name).count == 1, "\(name), \(when): \(home.lines(of: name))")
      }
    }
    let rows = try home.store().deployments()
    #expect(rows.count == 60, "\(when)")
    #expect(rows.allSatisfy { $0.status == .completed }, "\(when)")
    let doctor = try home.berth("doctor")
    #expect(doctor.status == 0, "\(when): \(doctor.output)\(doctor.error)")
  }
}
