import FleetModel
import Foundation
import Glibc
import StateStore
import TestKit
import Testing

extension EndToEndTests {
  /// The machine goes down at random moments. No attempt is executed twice, no two attempts of one job run at a time,
  /// and each job succeeds exactly once.
  @Test func `reboots at any moment run no attempt twice`() throws {
    var numbers = SeededGenerator(seed: 7)
    var reboots = 0
    while reboots < 20 {
      let home = try BerthHome()
      var graph = LabManifests.layers(4, of: 6, out: home.out, using: &numbers)
      // Each job reports another live run of itself: all its processes hold the lock.
      graph = graph.replacing(
        "    echo \"$BERTH_RUN\"",
        with: """
              exec 9>> "\(home.out)/lock-$BERTH_DEPLOYMENT_NAME"
              flock -n 9 || echo "$BERTH_RUN" >> '\(home.out)/violations'
              echo "$BERTH_RUN"
          """.replacing("$BERTH_DEPLOYMENT_NAME", with: "$(echo $BERTH_DEPLOYMENT | tr / -)"))
      try #require(graph.contains("flock -n 9"))
      try home.write(graph)
      while true {
        let program = try home.start(["apply", home.manifests, "--yes", "--wait"])
        if reboots < 20 {
          usleep(UInt32.random(in: 50_000...500_000, using: &numbers))
          program.signal(SIGKILL)
        }
        let result = try program.wait()
        if result.ending == .signaled(SIGKILL) {
          reboots += 1
          home.endRuns()
          try home.forgetBoot()
          continue
        }
        try #require(result.ending == .exited(0), "\(result.output)\(result.error)")
        break
      }
      #expect(home.lines(of: "violations").isEmpty)
      for layer in 0..<4 {
        for index in 0..<6 {
          let name = LabManifests.name(layer, index)
          let executed = home.lines(of: name)
          #expect(Set(executed).count == executed.count, "\(name): an attempt was executed twice")
          let runs = try home.runs(of: name)
          #expect(runs.last?.outcome == .exited(status: 0), "\(name)")
          for run in runs.dropLast() {
            // Only of what was neither prepared nor executed nothing was there to be interrupted.
            let mayBeAbandoned = !run.isLaunched && !executed.contains(run.name.text)
            #expect(run.outcome == .interrupted || mayBeAbandoned && run.outcome == .abandoned, "\(name): \(run)")
          }
          #expect(Set(executed).isSubset(of: Set(runs.map(\.name.text))))
        }
      }
      let doctor = try home.berth("doctor")
      #expect(doctor.status == 0, "\(doctor.output)\(doctor.error)")
    }
  }
}
