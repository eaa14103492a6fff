import Foundation
import Testing

/// Files and standard input: a part of a source, beside which the rest stays.
extension EndToEndTests {
  @Test func `a part of a source may refer to the rest`() throws {
    let place = try Workplace()
    try place.write(Fleet.base())
    try place.write(Fleet.deployment("one", "true"), to: "one.yaml")
    try place.write(Fleet.deployment("two", "exit 3", dependsOn: ["one"]), to: "two.yaml")
    #expect(try place.apply("--wait").status == 3)
    let part = try place.berth("apply", "\(place.manifests)/two.yaml", "--yes")
    #expect(part.status == 0 && part.output.contains("0 to delete"), "\(part.error)")
    #expect(try place.berth("validate", "\(place.manifests)/two.yaml").status == 0)
    // What prunes must be whole.
    #expect(try place.berth("diff", "\(place.manifests)/two.yaml", "--prune").status == 1)
  }

  @Test func `an empty part is a mistake even if it is recorded`() throws {
    let place = try Workplace()
    try place.write(Fleet.base())
    try place.write("# nothing yet\n", to: "empty.yaml")
    let (fleet, empty) = ("\(place.manifests)/fleet.yaml", "\(place.manifests)/empty.yaml")
    // A file has a stamp that can be relied upon once it is a moment old.
    usleep(100_000)
    #expect(try place.berth("apply", fleet, empty, "--yes", "--prune").status == 0)
    for command in [["diff"], ["apply", "--yes"]] {
      let result = try place.start(command + [empty]).wait()
      #expect(result.status == 1 && result.error.contains("nothing is declared"), "\(command): \(result.output)")
    }
  }

  @Test func `--retry-failed accepts names and reports the wrong ones`() throws {
    let place = try Workplace()
    try place.write(Fleet.base() + Fleet.deployment("good", "true") + Fleet.deployment("bad", "exit 3"))
    #expect(try place.apply("--wait").status == 3)
    let unknown = try place.berth("diff", place.manifests, "--retry-failed=bda")
    #expect(unknown.status == 1 && unknown.error.contains("did you mean \"bad\"?"), "\(unknown.error)")
    let short = try place.berth("diff", place.manifests, "--retry-failed=bad")
    #expect(short.status == 0 && short.output.contains("1 starting") && short.error.isEmpty, "\(short.error)")
    let good = try place.berth("diff", place.manifests, "--retry-failed=good")
    #expect(good.status == 0 && good.error.contains("good is recorded as COMPLETED, not as FAILED"), "\(good.error)")
  }

  @Test func `a wrong number of confirmed deletions is reported`() throws {
    let place = try Workplace()
    try place.write(Fleet.base())
    let some = (0..<5).map { Fleet.deployment("job-\($0)", "true") }.joined()
    try place.write(some, to: "jobs.yaml")
    #expect(try place.apply("--wait").status == 0)
    try place.write(nil, to: "jobs.yaml")
    let wrong = try place.berth("diff", place.manifests, "--confirm-prune", "4")
    #expect(
      wrong.status == 4 && wrong.error.contains("--confirm-prune 4 was given, and it would delete 5"), "\(wrong.error)")
    #expect(try place.berth("diff", place.manifests, "--confirm-prune", "5").status == 0)
  }
}
