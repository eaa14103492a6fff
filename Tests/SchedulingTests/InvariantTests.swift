import FleetModel
import Scheduling
import TestKit
import Testing

/// Indexes and sums against plain models, and what happens when a caller breaks an invariant.
@Suite struct InvariantTests {
  private static func holding(_ run: RunID, _ resources: Resources) -> Holding {
    Holding(
      run: run, resources: resources, gpus: [], admittedAt: Instant(nanoseconds: 0), startedAt: nil, runtime: .unknown)
  }

  private static func resources(_ random: inout SeededGenerator) -> Resources {
    Resources(ramBytes: Int64(random.below(5)), cpuMilli: Int64(random.below(5)), gpuMilli: 0)
  }

  @Test(arguments: 1...20)
  func `holdings agree with a dictionary`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var holdings = Holdings()
    var model: [RunID: Holding] = [:]
    for _ in 0..<200 {
      let run = RunID(Int64(random.below(20)))
      let value = random.chance(40) ? nil : Self.holding(run, Self.resources(&random))
      holdings[run] = value
      model[run] = value
      for run in (0..<20).map({ RunID($0) }) { #expect(holdings[run] == model[run]) }
      #if DEBUG
      holdings.checkInvariants()
      #endif
    }
  }

  @Test(arguments: 1...20)
  func `holders agree with a sum over all runs`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var holders = HoldersByPriority()
    var model: [RunID: (priority: Priority, resources: Resources)] = [:]
    for _ in 0..<200 {
      let run = RunID(Int64(random.below(20)))
      let version = holders.version
      if let present = model.removeValue(forKey: run) {
        holders.remove(run, present.priority, present.resources)
      } else {
        let (priority, resources) = (random.pick(Priority.allCases), Self.resources(&random))
        model[run] = (priority, resources)
        holders.add(run, priority, resources)
      }
      #expect(holders.version != version)
      for priority in Priority.allCases {
        #expect(holders.below(priority).sorted() == model.filter { $0.value.priority < priority }.keys.sorted())
        #expect(holders.areBelow(priority) == model.values.contains { $0.priority < priority })
        let sum = model.values.filter { $0.priority >= priority }.reduce(Resources.zero) { $0 + $1.resources }
        #expect(holders.held(notBelow: priority) == sum)
      }
      #if DEBUG
      holders.checkInvariants { model[$0]?.resources ?? .zero }
      #endif
    }
  }

  @Test(arguments: ["room", "gpu-slots", "waiter-counts", "holdings"])
  func `breaking an invariant ends the process`(name: String) throws {
    let directory = try TemporaryDirectory("invariant")
    let program = "\(Repository.programs)/broken-invariants"
    let broken = try RunningProgram(program, [name], files: "\(directory.path)/broken").wait()
    guard case .signaled = broken.ending else {
      Issue.record("\(name): \(broken.ending), \(broken.output)")
      return
    }
    #expect(broken.output == "")
    let whole = try RunningProgram(program, [], files: "\(directory.path)/whole").wait()
    #expect(whole.ending == .exited(0))
    #expect(whole.output == "still alive\n")
  }
}
