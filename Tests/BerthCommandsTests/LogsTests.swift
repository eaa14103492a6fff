import EngineInterface
import FleetModel
import Glibc
import ReconcilerTestSupport
import Reports
import Testing

@testable import BerthCommands

@Suite struct LogsTests {
  private func run(_ generation: Int, _ attempt: Int) -> RunRecord {
    RunRecord(
      id: RunID(1), name: RunName(text: "berth-\(generation)\(attempt)"), deployment: DeploymentID(1),
      identity: TestInstallation.identity("train"), cluster: ClusterID(1), generation: generation, attempt: attempt,
      resources: .zero,
      gpus: [], createdAt: TestInstallation.start, stopGrace: .zero)
  }

  private func chosen(_ choice: RunChoice, _ runs: [RunRecord], why: String? = nil) -> String {
    do {
      return try choice.run(among: runs, of: TestInstallation.identity("train"), why: why).name.text
    } catch CommandError.notFound(let what, let hint) {
      return "\(what); \(hint ?? "-")"
    } catch {
      return "\(error)"
    }
  }

  @Test func `a run is chosen as the newest, the previous or by name`() {
    let runs = [run(2, 1), run(1, 2), run(1, 1)]
    #expect(chosen(.newest, runs) == "berth-21")
    #expect(chosen(.previous, runs) == "berth-12")
    #expect(chosen(.named("1.1"), runs) == "berth-11")
    #expect(chosen(.named("berth-12"), runs) == "berth-12")
    #expect(
      chosen(.named("3.1"), Array(runs.prefix(1))) == #"vision/lab/train has no run "3.1"; its runs: 2.1 (berth-21)"#)
    #expect(
      chosen(.previous, [run(1, 1)])
        == "vision/lab/train has no previous run; it has had only one run; omit --previous")
    #expect(
      chosen(.newest, [], why: "waits for prepare to complete")
        == "vision/lab/train has no run yet; it waits for prepare to complete")
  }

  /// Escape sequences and invalid UTF-8 included.
  @Test func `bytes reach a pipe unchanged`() async throws {
    let engine = MemoryEngine(time: StandingTime(TestInstallation.start))
    let name = RunName(text: "berth-a")
    let pieces: [[UInt8]] = [Array("a\u{1b}[2J".utf8), [0xff, 0, 10]]
    engine.change { $0.logs[name] = pieces }
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    let stream = TextStream(ends[1], color: .never, environment: Surroundings(variables: [:]))
    try await Logs.show(name, LogOptions(), of: engine, on: stream)
    close(ends[1])
    var buffer = [UInt8](repeating: 0, count: 100)
    let count = read(ends[0], &buffer, buffer.count)
    close(ends[0])
    #expect(Array(buffer.prefix(count)) == pieces.flatMap { $0 })
  }

  @Test func `a reader that goes away ends logs without an error`() async throws {
    signal(SIGPIPE, SIG_IGN)
    let engine = MemoryEngine(time: StandingTime(TestInstallation.start))
    let name = RunName(text: "berth-a")
    engine.change { $0.logs[name] = [[65], [66], [67]] }
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    close(ends[0])
    let stream = TextStream(ends[1], color: .never, environment: Surroundings(variables: [:]))
    try await Logs.show(name, LogOptions(), of: engine, on: stream)
    #expect(stream.hasNoReader)
    close(ends[1])
  }
}
