import FleetModel
import PlanModel
import TestKit
import Testing

@testable import Reports

@Suite struct ProgressBoardTests {
  private let begin = Instant(nanoseconds: 1_800_000_000_000_000_000)

  private func at(_ seconds: Int64) -> Instant { begin + .seconds(seconds) }
  private func event(_ seconds: Int64, _ name: String, _ code: EventCode, _ message: String = "") -> EventRecord {
    EventRecord(at: at(seconds), subject: SamplePlans.object(name), run: nil, code: code, message: message)
  }

  private func board(of count: Int, printsStarts: Bool = false) -> ProgressBoard {
    var plan = Plan(source: "default")
    plan.actions = (1...count).map { Action(.start(.new), SamplePlans.object("train-\($0)")) }
    plan.actions += ["evaluate", "serve", "broken", "a-name-that-takes-more-than-its-share-of-the-line-that-it-is-on"]
      .map {
        Action(.hold(.waitsForDependency(SamplePlans.on("train-1"), until: .completed)), SamplePlans.object($0))
      }
    plan.actions.append(Action(.hold(.suspended), SamplePlans.object("off")))
    var board = ProgressBoard(begin: begin, printsStarts: printsStarts)
    board.plan(plan)
    return board
  }

  private func lines(_ board: inout ProgressBoard, _ events: EventRecord...) -> [String] {
    board.record(events).map { $0.text { $0.timeText(offset: 0) } }
  }

  @Test func `an active deployment has a line, and an ended one leaves one`() throws {
    var board = board(of: 3)
    let none = lines(
      &board, event(0, "train-1", .admitted), event(0, "train-2", .admitted), event(1, "train-3", .admitted),
      event(2, "train-1", .started), event(3, "train-2", .started))
    #expect(none.isEmpty)
    try expect(
      board.frame(now: at(130), width: 77, height: 16, hint: "Ctrl-C ends this").joined(separator: "\n") + "\n",
      isGolden: "progress.txt")
    #expect(
      lines(
        &board, event(65, "train-1", .ended, "exited with status 0"), event(65, "train-1", .completed, "completed"))
        == ["08:01:05 vision/lab/train-1 completed after 1m 3s\n"])
    #expect(
      lines(&board, event(70, "train-2", .ended, "exited with status 3"))
        == ["08:01:10 vision/lab/train-2 exited with status 3 after 1m 7s\n"])
    _ = lines(&board, event(75, "train-2", .admitted), event(75, "train-2", .started))
    #expect(
      lines(
        &board, event(80, "train-2", .ended, "exited with status 3"),
        event(80, "train-2", .failed, "exited with status 3; no retry is left"))
        == ["08:01:20 vision/lab/train-2 failed after 5s: exited with status 3; no retry is left\n"])
    _ = lines(&board, event(80, "evaluate", .admitted), event(80, "evaluate", .started))
    #expect(board.wait(running: [], waiting: [SamplePlans.on("serve")]) == [SamplePlans.on("evaluate")])
    try expect(
      board.frame(now: at(130), width: 77, height: 16).joined(separator: "\n") + "\n", isGolden: "progress-later.txt")
  }

  @Test func `a stop is reported once and its end is not`() {
    var board = board(of: 1)
    _ = lines(&board, event(0, "train-1", .admitted), event(1, "train-1", .started))
    #expect(
      lines(&board, event(2, "train-1", .stopping, "asked to stop")) == ["08:00:02 vision/lab/train-1 asked to stop\n"]
    )
    #expect(lines(&board, event(3, "train-1", .ended, "stopped")).isEmpty)
    #expect(lines(&board, event(3, "train-1", .deleted, "deleted")) == ["08:00:03 vision/lab/train-1 deleted\n"])
  }

  @Test func `without a board starts are reported`() {
    var board = board(of: 1, printsStarts: true)
    #expect(
      lines(&board, event(0, "train-1", .admitted), event(1, "train-1", .started)) == [
        "08:00:01 vision/lab/train-1 started\n"
      ])
    #expect(
      lines(&board, event(9, "train-1", .ended, "exited with status 0"), event(9, "train-1", .completed))
        == ["08:00:09 vision/lab/train-1 completed\n"])
  }

  @Test(arguments: [(20, 3), (40, 6), (77, 16), (200, 40), (5, 1), (77, 0)])
  func `a frame fits its size`(width: Int, height: Int) {
    var board = board(of: 100)
    for number in 1...100 {
      _ = board.record([event(0, "train-\(number)", .admitted), event(Int64(number % 7), "train-\(number)", .started)])
    }
    let lines = board.frame(now: at(100_000), width: width, height: height, hint: "Ctrl-C ends this")
    #expect(lines.count <= height)
    for line in lines { #expect(VisibleText.width(line) <= width, "\(line)") }
    let colored = board.frame(now: at(100_000), width: width, height: height, hint: "Ctrl-C ends this", palette: .ansi)
    #expect(colored.map { $0.replacing(/\u{1b}\[[0-9;]*m/, with: "") } == lines)
  }

  @Test func `a nomination that ended leaves a line`() {
    var board = board(of: 1)
    let words = "the room that was being freed for it did not come in time"
    #expect(
      lines(&board, event(4, "serve", .nominationEnded, words)) == ["08:00:04 vision/lab/serve \(words)\n"])
  }

  @Test func `an event of a newer program is shown as it was recorded`() {
    let event = EventRecord(
      at: at(5), subject: SamplePlans.object("serve"), run: nil, codeText: "teleported", message: "moved at once")
    #expect(event.code == nil && event.style == nil)
    var board = board(of: 1)
    #expect(lines(&board, event) == ["08:00:05 vision/lab/serve moved at once\n"])
    let table = EventTable(time: { $0.timeText(offset: 0) }).table([event]).text(width: nil, palette: .plain)
    #expect(table.split(separator: "\n").last == "08:00:05  vision/lab/serve  teleported  moved at once")
  }
}
