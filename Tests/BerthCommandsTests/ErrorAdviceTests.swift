import EngineInterface
import FleetModel
import ManifestSources
import StateStore
import SystemCalls
import Testing

@testable import BerthCommands

@Suite struct ErrorAdviceTests {
  private static let failure = SQLiteFailure(code: 1, extendedCode: 1, message: "no")

  static let errors: [any Error] =
    [
      StateError.missing(path: "a"), .unsuitable(path: "a", why: "no"), .unreadable(path: "a"),
      .denied(path: "a", owner: "ada"),
      .networkFilesystem(path: "a", type: "nfs"), .notADatabase(path: "a"), .foreign(path: "a"),
      .newerSchema(found: 2, known: 1), .olderSchema(found: 1, known: 2), .damaged(failure),
      .unexpectedValue(UnexpectedValue(table: "a", column: "b", row: 1, found: "c")), .refused(failure),
      .diskFull(failure), .readOnly(failure), .busy(failure), .inputOutput(failure), .sqlite(failure),
      .system(SystemFailure("open", "a", .noSuchFileOrDirectory)), .changedElsewhere, .unknownRow(table: "a", id: 1),
      .locked(nil),
      .misuse("no"),
    ] as [StateError]
    + [
      ManifestSourceError.missing(path: "a"), .unreadable(path: "a", reason: "no"),
    ]

  @Test func `every error says what to do next`() throws {
    for error in Self.errors {
      let outcome = try #require(Failure(error, of: Root.self).outcome)
      let advice = try #require(outcome.advice, "\(error)")
      #expect(!advice.isEmpty && !advice.hasSuffix("."), "\(advice)")
      #expect(!outcome.text.isEmpty && !outcome.text.hasSuffix("."), "\(outcome.text)")
    }
  }

  @Test func `a held lock and a foreign commit exit with 4, other errors with 1`() throws {
    for error in Self.errors {
      let isHeldBack = [StateError.locked(nil), .changedElsewhere].contains {
        ($0 as StateError) == error as? StateError
      }
      #expect(Failure(error, of: Root.self).outcome?.status == (isHeldBack ? .refused : .failed), "\(error)")
    }
  }
}
