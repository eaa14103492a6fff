import TestKit
import Testing

extension EndToEndTests {
  /// A short run of the program that kills and damages for a thousand times; see its own help.
  @Test func `a storm of kills, copies, backups and removals executes nothing twice`() throws {
    let home = try BerthHome()
    let storm = Repository.root.appending(path: "Tests/KillStorm").path
    let kills = try TestVariable("BERTH_KILLS").count(default: 25)
    let result = try home.shell("python3 -B '\(storm)' --berth \"$0\" --kills '\(kills)' --seed 5")
    #expect(result.status == 0, "\(result.output)\(result.error)")
  }
}
