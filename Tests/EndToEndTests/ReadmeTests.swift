import Foundation
import Testing

/// The main job: `manifests/` of this repository, as the README shows it.
extension EndToEndTests {
  private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// What the README shows below a command line.
  private func shown(below command: String) throws -> String {
    let readme = try String(contentsOf: Self.repository.appending(path: "README.md"), encoding: .utf8)
    let start = try #require(readme.range(of: "$ \(command)\n"), "the README shows no \(command)")
    let end = try #require(readme[start.upperBound...].firstRange(of: #/(\n\n\$ |```)/#))
    return String(readme[start.upperBound..<end.lowerBound]).trimmingCharacters(in: .newlines)
  }

  /// Lines without the time at their beginning.
  private func untimed(_ text: String) -> [String] {
    text.split(separator: "\n").map { String($0.replacing(#/^[0-9]{2}:[0-9]{2}:[0-9]{2} /#, with: "")) }
  }

  @Test func theMainJobDoesWhatTheReadmeShows() throws {
    let place = try Workplace()
    try FileManager.default.removeItem(atPath: place.manifests)
    try FileManager.default.copyItem(atPath: Self.repository.appending(path: "manifests").path, toPath: place.manifests)

    let diff = try place.berth("diff", place.manifests)
    #expect(diff.output.trimmingCharacters(in: .newlines) == (try shown(below: "berth diff manifests")))

    let applied = try place.apply("--wait")
    #expect(applied.status == 0, "\(applied.output)\(applied.error)")
    #expect(applied.output == diff.output)
    let told = untimed(try shown(below: "berth apply manifests --yes --wait")).filter { $0 != "…" }
    #expect(untimed(applied.error) == told)
    #expect(
      try place.berth("logs", "evaluate").output.trimmingCharacters(in: .newlines)
        == shown(below: "berth logs evaluate"))

    #expect(try place.apply("--wait").output.contains(" 0 to create, 0 to update, 0 to replace, 0 to delete; 0 start"))
    #expect(try place.berth("diff", place.manifests, "--exit-code").status == 0)

    let pipeline = URL(filePath: "\(place.manifests)/pipeline.yaml")
    let text = try String(contentsOf: pipeline, encoding: .utf8)
    let changed = text.replacingOccurrences(of: "EPOCHS: \"400\"", with: "EPOCHS: \"800\"")
    #expect(changed != text)
    try changed.write(to: pipeline, atomically: true, encoding: .utf8)
    let replaced = try place.berth("diff", place.manifests, "--exit-code")
    #expect(replaced.status == 2)
    let sed = "sed -i 's/EPOCHS: \"400\"/EPOCHS: \"800\"/' manifests/pipeline.yaml && berth diff manifests"
    #expect(replaced.output.trimmingCharacters(in: .newlines) == (try shown(below: sed)))

    try text.write(to: pipeline, atomically: true, encoding: .utf8)
    try FileManager.default.removeItem(atPath: "\(place.manifests)/service.yaml")
    let pruned = try place.apply("--wait")
    #expect(pruned.status == 0 && untimed(pruned.error).contains("botany/greenhouse/serve deleted"), "\(pruned.error)")
  }
}
