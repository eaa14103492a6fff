import FleetModel
import Foundation
import Glibc
import StateStore
import Testing

extension EndToEndTests {
  /// A berth that is killed at any moment leaves a state with which the next one goes on: nothing is lost, nothing is run
  /// twice. A hundred kills, each at a moment that the seed decides; where a graph is done before its kill, the next
  /// graph begins.
  @Test func `a hundred kills lose nothing and run nothing twice`() throws {
    var numbers = SeededNumbers(state: 20_261_123)
    var kills = 0
    var graphs = 0
    while kills < 100 {
      graphs += 1
      // Berth has at least once been killed in every second graph, or something is wrong with the test.
      try #require(graphs < 200)
      let place = try Workplace()
      try place.write(Fleet.layers(6, of: 10, out: place.out, using: &numbers))
      var killsHere = 0
      while true {
        let program = try place.start(["apply", place.manifests, "--yes", "--wait"])
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
      try expectAllRanOnce(place, "graph \(graphs) after \(killsHere) kills")
    }
  }

  private func expectAllRanOnce(_ place: Workplace, _ when: String) throws {
    for layer in 0..<6 {
      for index in 0..<10 {
        let name = Fleet.name(layer, index)
        #expect(place.lines(of: name).count == 1, "\(name), \(when): \(place.lines(of: name))")
      }
    }
    let rows = try place.store().deployments()
    #expect(rows.count == 60, "\(when)")
    #expect(rows.allSatisfy { $0.status == .completed }, "\(when)")
    let doctor = try place.berth("doctor")
    #expect(doctor.status == 0, "\(when): \(doctor.output)\(doctor.error)")
  }
}
