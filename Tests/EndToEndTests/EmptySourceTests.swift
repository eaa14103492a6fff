import TestKit
import Testing

extension EndToEndTests {
  /// A source that nobody has seen before may be empty on purpose.
  @Test func `a new source without manifests is recorded, and nothing is done`() throws {
    let home = try BerthHome()
    // Standard input is bound to no place.
    for _ in 0..<2 {
      let applied = try home.bare(
        "apply", "-", "--source", "none", "--prune", "--allow-empty", "--yes", "--state", home.state)
      #expect(applied.status == 0, "\(applied.output)\(applied.error)")
    }
    #expect(try home.store().load().sources.map(\.name) == ["none"])
  }
}
