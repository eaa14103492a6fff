import Foundation
import TestKit
import Testing

/// This build's benchmark on tiny input: it runs to its end, and measures what its lines announce.
struct DecisionsTests {
  @Test func `every line of the decisions has a figure`() throws {
    let table = try output([
      "--only", "decisions", "--rounds", "1", "--pending", "200", "--ends", "10", "--no-callgrind",
    ])
    let lines = table.split(separator: "\n").map(String.init)
    #expect(lines.first?.hasPrefix("figure") == true)
    #expect(lines.filter { $0.hasPrefix("an end, 200 wait on one") }.count == 5)
    #expect(lines.filter { $0.hasPrefix("an end, 200 wait on 50 clusters") }.count == 5)
    #expect(lines.filter { $0.hasPrefix("a look at all of 20 on 50 clusters") }.count == 1)
    #expect(lines.filter { $0.hasPrefix("2,000 jobs") && $0.contains("≤ 1.50") }.count == 1)
  }

  /// The load's number of ended runs is measured, and runs start in the room that comes back.
  @Test(arguments: [["reservations=1"], ["reservations=all", "shapes=150"], ["clusters=5", "preempting"]])
  func `as many ended runs are measured as the load announces`(words: [String]) throws {
    let load = ["running=40", "pending=300", "events=20"] + words
    let numbers = try output(["--part", "decisions"] + load).split { $0 == " " || $0 == "\n" }.compactMap { Double($0) }
    #expect(numbers.count == 8)
    #expect(numbers[6] == 20)
    #expect(numbers[7] > 40)
    #expect(numbers[..<6].allSatisfy { $0 > 0 })
  }

  private func output(_ arguments: [String]) throws -> String {
    let program = Process()
    program.executableURL = URL(filePath: "\(Repository.programs)/berth-bench")
    program.arguments = arguments
    let results = Pipe()
    program.standardOutput = results
    program.standardError = FileHandle.nullDevice
    try program.run()
    let bytes = try results.fileHandleForReading.readToEnd() ?? Data()
    program.waitUntilExit()
    #expect(program.terminationStatus == 0)
    return String(decoding: bytes, as: UTF8.self)
  }
}
