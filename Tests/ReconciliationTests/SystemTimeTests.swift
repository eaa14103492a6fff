import FleetModel
import Synchronization
import Testing

@testable import Reconciliation

@Suite struct SystemTimeTests {
  /// A machine whose clocks a test sets, in seconds.
  private final class Machine: Sendable {
    let clocks = Mutex((timeOfDay: Int64(1000), uptime: Int64(5)))

    func pass(_ seconds: Int64, settingBack: Int64 = 0) {
      clocks.withLock { clocks in
        clocks.timeOfDay += seconds - settingBack
        clocks.uptime += seconds
      }
    }

    var time: SystemTime {
      SystemTime(
        SteadyClock(
          timeOfDay: { self.clocks.withLock { $0.timeOfDay } * 1_000_000_000 },
          uptime: { self.clocks.withLock { $0.uptime } * 1_000_000_000 }))
    }
  }

  private func seconds(_ time: SystemTime) -> Int64 { time.now().nanoseconds / 1_000_000_000 }

  @Test func `time goes on when the clock is set back`() {
    let machine = Machine()
    let time = machine.time
    #expect(seconds(time) == 1000)
    machine.pass(10, settingBack: 3600)
    #expect(seconds(time) == 1010)
    machine.pass(20)
    #expect(seconds(time) == 1030)
    // It has been set right again.
    machine.pass(10, settingBack: -3600)
    #expect(seconds(time) == 1040)
    machine.pass(10, settingBack: -500)
    #expect(seconds(time) == 1550)
  }

  @Test func `a process that starts later goes on from what is recorded`() {
    let machine = Machine()
    let before = machine.time.now()
    machine.pass(7, settingBack: 3600)
    let time = machine.time
    time.advance(to: before)
    #expect(time.now() == before)
    machine.pass(5)
    #expect(time.now() == before + .seconds(5))
    time.advance(to: before)
    #expect(time.now() == before + .seconds(5))
  }
}
